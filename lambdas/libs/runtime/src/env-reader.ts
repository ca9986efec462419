import type { Decoded } from '@multi-tenant-runner/core';

export type Env = Readonly<Record<string, string | undefined>>;

/** Thrown when a function starts with an unusable environment. It names variables, never their values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(
      `The function's environment variables are not usable: ${problems.join('; ')}. ` +
        'The Terraform module sets all of them: apply it with the version that these functions were built from.',
    );
  }
}

/**
 * Reads environment variables and remembers every problem, so that one look tells all that is wrong. What a method
 * answers for an unusable variable is a stand-in that never leaves {@link readConfig}.
 */
export class EnvReader {
  readonly problems: string[] = [];

  constructor(private readonly env: Env) {}

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) this.report(name, 'is missing');
    return value ?? '';
  }

  /** Terraform can't leave a variable out of a map by condition, so an empty one counts as absent. */
  optionalText(name: string): string | undefined {
    const value = this.env[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }

  oneOf<T extends string>(name: string, values: readonly [T, ...T[]]): T {
    const value = this.optionalText(name);
    const known = values.find((candidate) => candidate === value);
    if (known === undefined)
      this.report(name, value === undefined ? 'is missing' : `is not one of ${values.join(', ')}`);
    return known ?? values[0];
  }

  wholeNumber(name: string, { min = 0 }: { readonly min?: number } = {}): number {
    const value = this.optionalText(name);
    if (value === undefined) {
      this.report(name, 'is missing');
      return min;
    }
    // Number('') is 0 and Number('0x10') is 16: only digits are a number here.
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isNaN(number) || number < min) this.report(name, `is not a whole number of at least ${min}`);
    return number;
  }

  boolean(name: string): boolean {
    return this.oneOf(name, ['false', 'true']) === 'true';
  }

  /** A JSON document; `fallback` stands in while the problems are collected. */
  json<T>(name: string, fallback: T, decode: (value: unknown) => Decoded<T>): T {
    const text = this.optionalText(name);
    if (text === undefined) {
      this.report(name, 'is missing');
      return fallback;
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // The parser's own message quotes the text.
      this.report(name, 'is not JSON');
      return fallback;
    }
    const result = decode(value);
    if (result.ok) return result.value;
    for (const problem of result.problems) this.report(name, problem);
    return fallback;
  }

  textList(name: string): readonly string[] {
    return this.json<readonly string[]>(name, [], (value) =>
      Array.isArray(value) && value.every(isText)
        ? { ok: true, value }
        : { ok: false, problems: ['is not a JSON list of texts'] },
    );
  }

  textMap(name: string): ReadonlyMap<string, string> {
    return this.json<ReadonlyMap<string, string>>(name, new Map(), (value) => {
      const entries = isObject(value) ? Object.entries(value) : undefined;
      if (entries === undefined) return { ok: false, problems: ['is not a JSON object'] };
      const texts = entries.filter((entry): entry is [string, string] => isText(entry[1]));
      if (texts.length === entries.length) return { ok: true, value: new Map(texts) };
      return {
        ok: false,
        problems: entries.filter(([, entry]) => !isText(entry)).map(([key]) => `${key} is not a text`),
      };
    });
  }

  /** For what only several variables together show. */
  report(name: string, problem: string): void {
    this.problems.push(`${name}: ${problem}`);
  }
}

/** Reads a whole configuration, or throws one {@link ConfigError} with everything that is wrong. */
export function readConfig<T>(env: Env, read: (reader: EnvReader) => T): T {
  const reader = new EnvReader(env);
  const config = read(reader);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
