export interface Postgres {
  /** Its socket is in it: what a client takes for the host. */
  readonly folder: string;
  /** Where its programs are, `psql` among them. */
  readonly bin: string;
  ask(
    sql: string,
    options: {
      readonly user: string;
      readonly password?: string;
      readonly database?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly variables?: Readonly<Record<string, string>>;
      readonly files?: readonly string[];
    },
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  stop(): Promise<void>;
}
export function startPostgres(): Promise<Postgres>;
