/** What the shell is told; docs/cli.md lists them. */
export const EXIT = { done: 0, failed: 1, usage: 2, notFound: 3, refused: 4, changed: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with one sentence on standard error: what, where, and how to mend it. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

export const usage = (message: string): Problem => new Problem(message, EXIT.usage);
export const notFound = (message: string): Problem => new Problem(message, EXIT.notFound);
export const changed = (message: string): Problem => new Problem(message, EXIT.changed);
