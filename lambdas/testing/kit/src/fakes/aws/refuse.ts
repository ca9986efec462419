/** A refusal with AWS's code, as the services document them. */
export class Refuse extends Error {
  constructor(
    readonly code: string,
    message = code,
    readonly status = 400,
  ) {
    super(message);
  }
}

export type Input = Readonly<Record<string, unknown>>;
export type Operation = (input: Input) => unknown;

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
