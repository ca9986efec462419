/** A bucket that holds `burst` tokens and is refilled with `perSecond`. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A bucket for each installation, which all containers of a function share. */
export interface Budgets {
  /**
   * Takes so many tokens, or none.
   *
   * @returns undefined: taken; otherwise when so many are there again
   */
  take(installationId: number, tokens: number, rate: Rate): Promise<Date | undefined>;
}
