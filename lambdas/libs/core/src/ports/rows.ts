/** Changes to a row: `null` removes an attribute. */
export type Changes<T> = { readonly [K in keyof T]?: T[K] | null };

/** The outcome of a conditional write; on a refusal the row as it is (undefined: there is none). */
export type Written<T> = { readonly ok: true; readonly row: T } | { readonly ok: false; readonly row?: T };
