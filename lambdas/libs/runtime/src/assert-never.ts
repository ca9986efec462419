/** The end of an exhaustive switch: the compiler reports a case that is missing. */
export function assertNever(value: never, what: string): never {
  throw new Error(`${what} is unknown: ${JSON.stringify(value)}`);
}
