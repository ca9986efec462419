/** Changes to a row: `null` removes an attribute. */
export type Changes<T> = { readonly [K in keyof T]?: T[K] | null };

/** Some of a tenant's open rows, in their order. `next`: where to go on; undefined at the end. */
export interface OpenPage<T> {
  readonly rows: readonly T[];
  readonly next?: string;
}

/** `after`: `openAtOf` the last row that was seen, or a page's `next`. */
export interface OpenPageRequest {
  readonly after?: string;
  readonly limit: number;
}

/** The outcome of a conditional write; on a refusal the row as it is (undefined: there is none). */
export type Written<T> = { readonly ok: true; readonly row: T } | { readonly ok: false; readonly row?: T };
