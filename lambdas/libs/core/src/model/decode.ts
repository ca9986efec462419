/** Reads untrusted plain data and remembers every problem, so that the reader hears of all of them at once. */
export class Decoder {
  private constructor(
    private readonly source: Record<string, unknown>,
    private readonly where: string,
    readonly problems: string[],
  ) {}

  static of(value: unknown, where = '', problems: string[] = []): Decoder {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return new Decoder(value as Record<string, unknown>, where, problems);
    }
    problems.push(`${where || 'the document'} is not an object`);
    return new Decoder({}, where, problems);
  }

  text(name: string): string {
    return this.read(
      name,
      'a non-empty text',
      (value): value is string => typeof value === 'string' && value !== '',
      '',
    );
  }

  optionalText(name: string): string | undefined {
    const value = this.source[name];
    return value === undefined || value === null || value === '' ? undefined : this.text(name);
  }

  wholeNumber(name: string, min = 0): number {
    return this.read(
      name,
      `a whole number of at least ${min}`,
      (value): value is number => Number.isSafeInteger(value) && (value as number) >= min,
      min,
    );
  }

  optionalWholeNumber(name: string): number | undefined {
    const value = this.source[name];
    return value === undefined || value === null ? undefined : this.wholeNumber(name);
  }

  boolean(name: string): boolean {
    return this.read(name, 'true or false', (value): value is boolean => typeof value === 'boolean', false);
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    return this.read(
      name,
      `one of ${values.join(', ')}`,
      (value): value is T => values.includes(value as T),
      values[0] as T,
    );
  }

  texts(name: string): string[] {
    return this.read(
      name,
      'a list of texts',
      (value): value is string[] => Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
      [],
    );
  }

  time(name: string): string {
    return this.read(
      name,
      'an ISO 8601 time',
      (value): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
      '',
    );
  }

  /** A nested object; its problems belong to the same report. */
  object(name: string): Decoder {
    return Decoder.of(this.source[name], this.path(name), this.problems);
  }

  has(name: string): boolean {
    return this.source[name] !== undefined && this.source[name] !== null;
  }

  private path(name: string): string {
    return this.where === '' ? name : `${this.where}.${name}`;
  }

  private read<T>(name: string, expected: string, is: (value: unknown) => value is T, fallback: T): T {
    const value = this.source[name];
    if (is(value)) return value;
    this.problems.push(
      `${this.path(name)} is ${value === undefined || value === null ? 'missing' : `not ${expected}`}`,
    );
    return fallback;
  }
}

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] };

export function decoded<T>(decoder: Decoder, value: T): Decoded<T> {
  return decoder.problems.length === 0 ? { ok: true, value } : { ok: false, problems: decoder.problems };
}

export function parseJson<T>(text: string, decode: (value: unknown) => Decoded<T>): Decoded<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problems: ['the text is not JSON'] };
  }
  return decode(value);
}
