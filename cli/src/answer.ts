/** What a command has found, before anything decides how it looks. Values are plain JSON. */
export type Answer =
  | {
      readonly kind: 'rows';
      readonly columns: readonly string[];
      readonly rows: readonly Row[];
      /** Continues behind the last row. */
      readonly cursor?: string;
      /** For a terminal, when there are no rows. */
      readonly none: string;
      /** What the shell is told on standard error, as a failure. */
      readonly problem?: string;
      /** Its columns are those of FOCUS. */
      readonly isFocus?: boolean;
    }
  | { readonly kind: 'fields'; readonly fields: Row; readonly sentence?: string }
  /** Long text of a machine: a terminal gets it as it is, harmless. */
  | { readonly kind: 'text'; readonly text: string; readonly fields: Row };

export type Value = string | number | boolean | null | readonly string[];
export type Row = Readonly<Record<string, Value | undefined>>;
