import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTemplates } from '@multi-tenant-runner/namespaces';
import type { Account } from '../src/app/account';
import { NO_PAGE } from './no-page';
import { main } from '../src/main';
import { COLOURED } from '../src/output/colours';
import { NO_TERMINAL } from './no-terminal';
import { createFleetInMemory } from './in-memory-fleet';

export const root = join(__dirname, '../..');
export const templates = readTemplates(join(root, 'modules/tenant-namespace'));
export const SETTINGS = join(root, 'examples/tenant-namespace/settings.tfvars.json');
export const readFile = (path: string): string => readFileSync(path, 'utf8');

interface ShellOptions {
  readonly isTerminal?: boolean;
  readonly hasColours?: boolean;
  readonly defaultPrefix?: string;
}

/** A shell with one fleet behind it. */
export function createShell(options: ShellOptions = {}) {
  const inMemory = createFleetInMemory();
  const parameters = new Map<string, string>();
  const input: string[] = [];
  const gitHub: { fetch: typeof fetch; tell: (line: string) => void } = {
    fetch: () => Promise.reject(new Error('GitHub does not answer')),
    tell: () => undefined,
  };
  const written = new Map<string, string | Uint8Array>();
  const run = async (...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
    const texts = { out: '', err: '' };
    const code = await main(argv, {
      version: '1.2.3',
      connect: async () => inMemory.fleet,
      connectAccount: async () => accountWith(parameters),
      fetch: (...call) => gitHub.fetch(...call),
      lines: linesOf(input),
      tell: (line) => gitHub.tell(line),
      ...NO_PAGE,
      write: (text) => void (texts.out += text),
      writeError: (text) => void (texts.err += text),
      ...NO_TERMINAL,
      isTerminal: options.isTerminal ?? false,
      ...(options.hasColours === true && { paint: COLOURED }),
      namespaces: { files: { read: readFile, write: (path, text) => void written.set(path, text) }, templates },
      defaultPrefix: options.defaultPrefix ?? 'test',
    });
    return { code, ...texts };
  };
  const json = async (...argv: readonly string[]): Promise<unknown> => JSON.parse((await run(...argv)).out);
  return Object.assign(inMemory, { run, json, written, parameters, gitHub, input });
}

const secretArn = (name: string): string => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-a1B2c3`;

/** Parameters by their names, and secrets by their ARNs. */
function accountWith(parameters: Map<string, string>): Account {
  return {
    existing: async (names) => names.filter((name) => parameters.has(name)),
    store: async (name, value) => void parameters.set(name, value),
    existingSecrets: async (names) => names.filter((name) => parameters.has(secretArn(name))),
    storeSecret: async (name, value) => {
      parameters.set(secretArn(name), value);
      return secretArn(name);
    },
    arnOf: async (name) => `arn:aws:ssm:us-east-1:123456789012:parameter${name}`,
  };
}

async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

export const noLines = (): AsyncIterable<string> => linesOf([]);
