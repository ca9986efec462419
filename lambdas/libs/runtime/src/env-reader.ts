import {
  anyString,
  integer,
  map,
  oneOf,
  parse,
  parseJson,
  string,
  strings,
  type Parsed,
  type Schema,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';

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
 * Reads environment variables and collects every problem, so that all of them are reported at once. What a method
 * returns for an unusable variable is a stand-in that never leaves {@link readConfig}.
 */
export class EnvReader {
  readonly problems: string[] = [];

  constructor(private readonly env: Env) {}

  string(name: string): string {
    return this.value(name, string, '');
  }

  /** Terraform can't leave a variable out of a map by condition, so an empty one counts as absent. */
  optionalString(name: string): string | undefined {
    const value = this.env[name]?.trim();
    return value === '' ? undefined : value;
  }

  oneOf<const T extends readonly [string, ...string[]]>(name: string, values: T): T[number] {
    return this.value<T[number]>(name, oneOf(values), values[0]);
  }

  integer(name: string, { min = 0 }: { readonly min?: number } = {}): number {
    return this.value(name, v.pipe(v.string(), v.transform(toNumber), integer(min)), min);
  }

  /** At least 0; undefined: the variable is absent. */
  optionalInteger(name: string, range?: Parameters<EnvReader['integer']>[1]): number | undefined {
    return this.optionalString(name) === undefined ? undefined : this.integer(name, range);
  }

  boolean(name: string): boolean {
    return this.oneOf(name, ['false', 'true']) === 'true';
  }

  /** A JSON document; `standIn` is returned while the problems are collected. */
  json<T>(name: string, standIn: T, parseValue: (value: unknown) => Parsed<T>): T {
    const text = this.optionalString(name);
    return this.take(name, standIn, text === undefined ? MISSING : parseJson(text, parseValue, IN_ENV));
  }

  strings(name: string): readonly string[] {
    return this.json<readonly string[]>(name, [], (value) => parse(strings, value, IN_ENV));
  }

  stringMap(name: string): ReadonlyMap<string, string> {
    return this.json<ReadonlyMap<string, string>>(name, new Map(), (value) => parse(stringsByName, value, IN_ENV));
  }

  /** For what only several variables together show. */
  report(name: string, problem: string): void {
    this.problems.push(`${name}: ${problem}`);
  }

  private value<T>(name: string, schema: Schema<T>, standIn: T): T {
    const text = this.optionalString(name);
    return this.take(name, standIn, text === undefined ? MISSING : parse(schema, text, IN_ENV));
  }

  private take<T>(name: string, standIn: T, parsed: Parsed<T>): T {
    if (parsed.ok) return parsed.value;
    for (const problem of parsed.problems) this.report(name, problem);
    return standIn;
  }
}

const MISSING = { ok: false, problems: ['is missing'] } as const;
/** The variable's name stands before the problem. */
export const IN_ENV = { root: '' } as const;
const stringsByName = map(anyString, 'is not a JSON object');

/** Number('') is 0 and Number('0x10') is 16: only digits are a number here. */
function toNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

/** Reads a whole configuration, or throws one {@link ConfigError} with everything that is wrong. */
export function readConfig<T>(env: Env, read: (reader: EnvReader) => T): T {
  const reader = new EnvReader(env);
  const config = read(reader);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}
