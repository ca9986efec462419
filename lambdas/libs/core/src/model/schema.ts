import * as v from 'valibot';

/** Every problem at once. A problem names the field and what is expected of it, never the value. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/** A schema of unknown data, by what it yields. */
export type Schema<T> = v.GenericSchema<unknown, T>;

const isTime = (value: unknown): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isStringList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string');

export const anyString = v.string('is not a string');
export const string = v.pipe(v.string('is not a non-empty string'), v.nonEmpty('is not a non-empty string'));
export const strings = v.custom<readonly string[]>(isStringList, 'is not a list of strings');
export const boolean = v.boolean('is not true or false');
export const time = v.custom<string>(isTime, 'is not an ISO 8601 time');

export function integer(min = 0) {
  return v.custom<number>(
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= min,
    `is not an integer of at least ${min}`,
  );
}

export function oneOf<const T extends readonly string[]>(values: T) {
  return v.picklist(values, `is not one of ${values.join(', ')}`);
}

export function object<const T extends v.ObjectEntries>(entries: T) {
  return v.object(entries, 'is not an object');
}

/** By name; the names are free. */
export function map<T>(schema: Schema<T>, message = 'is not an object') {
  return v.pipe(
    v.record(v.string(), schema, message),
    v.transform((entries): ReadonlyMap<string, T> => new Map(Object.entries(entries))),
  );
}

/** Absent or null: undefined. */
export function optional<T>(schema: Schema<T>) {
  return v.pipe(
    v.nullish(schema),
    v.transform((value): T | undefined => value ?? undefined),
  );
}

/** GitHub leaves a string empty where it means none. */
export const optionalString = v.pipe(
  v.nullish(v.string('is not a string')),
  v.transform((value) => (value === '' || value === null ? undefined : value)),
);

const ORG_TYPES = ['Organization', 'User'] as const;
export const orgType = oneOf(ORG_TYPES);
export type OrgType = (typeof ORG_TYPES)[number];

export interface ParseOptions {
  /** How a problem names the whole value. */
  readonly root?: string;
  /** How a problem names a field. */
  readonly nameOf?: (field: string) => string;
}

export function parse<T>(
  schema: Schema<T>,
  value: unknown,
  { root = 'the document', nameOf = String }: ParseOptions = {},
): Parsed<T> {
  // Valibot's own messages quote the value, so none of them may get through.
  const result = v.safeParse(schema, value, { message: 'is not usable', abortPipeEarly: true });
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, problems: result.issues.map((issue) => problemOf(issue, root, nameOf)) };
}

function problemOf(issue: v.BaseIssue<unknown>, root: string, nameOf: (field: string) => string): string {
  const fields = (issue.path ?? []).map(({ key }) => nameOf(String(key)));
  const isMissing = fields.length > 0 && (issue.input === undefined || issue.input === null);
  return sentence(fields.join('.') || root, isMissing ? 'is missing' : issue.message);
}

function sentence(subject: string, problem: string): string {
  return subject === '' ? problem : `${subject} ${problem}`;
}

/** Undefined where the value is not what the schema asks for. */
export function read<T>(schema: Schema<T>, value: unknown): T | undefined {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}

export function parseJson<T>(
  text: string,
  parseValue: (value: unknown) => Parsed<T>,
  { root = 'the document' }: Pick<ParseOptions, 'root'> = {},
): Parsed<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problems: [sentence(root, 'is not JSON')] };
  }
  return parseValue(value);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
