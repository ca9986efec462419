import * as v from 'valibot';
import { parseAppName } from './app-name';
import { problemsOfSize, type AppSize } from './app-size';
import { isObject, parseJson, type Parsed } from './schema';

/** Where a repository says what its app is to be. */
export const APP_FILE = '.mtr/app.json';

/** What of an app the repository may say; what it leaves out stays as it is. */
export interface AppFile extends Partial<AppSize> {
  /** For a repository that has no app yet. */
  readonly name?: string;
  readonly branch?: string;
  readonly directory?: string;
  readonly port?: number;
  readonly healthPath?: string;
  readonly preview?: boolean;
}

const FIELDS = ['name', 'branch', 'directory', 'port', 'health', 'size', 'count', 'preview'] as const;
const isInside = (path: string): boolean =>
  /^[\w.@ /-]{1,200}$/.test(path) && !path.startsWith('/') && path.split('/').every((part) => part !== '..');

/** A path of the repository's, from its root, that stays in it. */
export const directory = v.pipe(
  v.string('is not a path'),
  v.check(isInside, 'is not a path within the repository, such as services/shop'),
);
export const port = v.pipe(
  v.number('is not a port'),
  v.check((one) => Number.isInteger(one) && one >= 1 && one <= 65_535, 'is not a whole number from 1 to 65535'),
);
export function problemsOfPort(value: number): readonly string[] {
  return (v.safeParse(port, value).issues ?? []).map(({ message }) => `port ${message}`);
}
export const healthPath = v.pipe(
  v.string('is not a path'),
  v.check((path) => /^\/[\x21-\x7e]{0,199}$/.test(path), 'does not begin with /, or is not printable ASCII'),
);
/** What git lets no reference have besides: https://git-scm.com/docs/git-check-ref-format */
const NO_BRANCH = /^[-/.]|\.\.|\/[/.]|@\{|[/.]$|\.lock(\/|$)/;
export const branch = v.pipe(
  v.string('is not a branch'),
  v.check((name) => /^[^\s~^:?*[\\]{1,200}$/.test(name) && !NO_BRANCH.test(name), 'is not a name of a branch'),
);

const schemas = {
  branch,
  directory,
  port,
  preview: v.boolean('is not true or false'),
} as const;

/**
 * Every problem at once, none of which repeats a value. Fields that nobody knows are problems too: a misspelt one would
 * be silently without effect.
 */
export function parseAppFile(text: string): Parsed<AppFile> {
  return parseJson(text, readAppFile, { root: APP_FILE });
}

function readAppFile(value: unknown): Parsed<AppFile> {
  if (!isObject(value)) return { ok: false, problems: [`${APP_FILE} is not an object`] };
  const problems = unknownIn(value, FIELDS, '');
  const said: Record<string, unknown> = {};
  for (const [field, schema] of Object.entries(schemas)) {
    if (value[field] === undefined) continue;
    const result = v.safeParse(schema, value[field]);
    if (result.success) said[field] = result.output;
    else problems.push(...result.issues.map(({ message }) => `${field} ${message}`));
  }
  readName(value['name'], said, problems);
  readHealth(value['health'], said, problems);
  readSize(value, said, problems);
  return problems.length === 0 ? { ok: true, value: said } : { ok: false, problems };
}

function unknownIn(value: Readonly<Record<string, unknown>>, known: readonly string[], within: string): string[] {
  const strange = Object.keys(value).filter((field) => !known.includes(field));
  return strange.length === 0 ? [] : [`${within || APP_FILE} may only have ${known.join(', ')}`];
}

function readName(name: unknown, said: Record<string, unknown>, problems: string[]): void {
  if (name === undefined) return;
  const parsed = parseAppName(typeof name === 'string' ? name : '');
  if (parsed.ok) said['name'] = parsed.name;
  else problems.push(...parsed.problems.map((problem) => `name: ${problem}`));
}

function readHealth(health: unknown, said: Record<string, unknown>, problems: string[]): void {
  if (health === undefined) return;
  if (!isObject(health)) return void problems.push('health is not an object');
  problems.push(...unknownIn(health, ['path'], 'health'));
  const path = v.safeParse(healthPath, health['path']);
  if (path.success) said['healthPath'] = path.output;
  else problems.push(`health.path ${path.issues[0].message}`);
}

/** `cpu` and `memory` go together: one alone would be judged by what the other happens to be. */
function readSize(value: Readonly<Record<string, unknown>>, said: Record<string, unknown>, problems: string[]): void {
  const { size, count } = value;
  if (size !== undefined && !isObject(size)) problems.push('size is not an object');
  const { cpu = 256, memory = 512 } = isObject(size) ? size : {};
  if (isObject(size)) {
    problems.push(...unknownIn(size, ['cpu', 'memory'], 'size'));
    if (size['cpu'] === undefined || size['memory'] === undefined) problems.push('size needs both cpu and memory');
  }
  const asked = { cpu: Number(cpu), memory: Number(memory), count: count === undefined ? 1 : Number(count) };
  problems.push(...problemsOfSize(asked).map((problem) => (problem.startsWith('count') ? problem : `size.${problem}`)));
  if (isObject(size)) Object.assign(said, { cpu: asked.cpu, memory: asked.memory });
  if (count !== undefined) said['count'] = asked.count;
}
