/** The end of an exhaustive switch: the compiler reports a case that is missing. */
export function assertNever(value: never, what: string): never {
  throw new Error(`${what} is none of those known here: ${JSON.stringify(value)}`);
}
