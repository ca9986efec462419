/** Secrets by name, encrypted where they are kept. */
export interface Vault {
  /** Undefined: there is none. */
  get(name: string): Promise<string | undefined>;
  /** In the place of what is there. */
  put(name: string, value: string): Promise<void>;
  /** Also where there is none. */
  remove(name: string): Promise<void>;
}
