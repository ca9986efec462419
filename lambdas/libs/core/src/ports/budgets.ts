/** A bucket that holds `burst` tokens and is refilled with `perSecond`. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What one call takes of a bucket. */
export interface Draw {
  readonly tokens: number;
  readonly rate: Rate;
}

export type AccountLine = 'launches' | 'dressing';

/** A bucket for each installation, which all containers of a function share. */
export interface Budgets {
  /**
   * Takes so many tokens, or none.
   *
   * @returns undefined: taken; otherwise when so many are there again
   */
  take(installationId: number, tokens: number, rate: Rate): Promise<Date | undefined>;
  /**
   * A place in a line of the account's own buckets, which it takes from at once. Always the same buckets of a line, in
   * the same order.
   *
   * @param longest milliseconds within which the place must be
   * @param line of the calls that start machines, or of those that give a machine its tenant
   * @returns when the call may start; undefined: nothing is taken, as that is too far away
   */
  place(draws: readonly Draw[], longest: number, line?: AccountLine): Promise<Date | undefined>;
}
