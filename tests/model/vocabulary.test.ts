import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ENDED_JOB_STATES, LAUNCH_STATES, OPEN_JOB_STATES, TENANT_STATUSES } from '@multi-tenant-runner/core';

const root = join(__dirname, '../..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

interface Vocabulary {
  readonly tenant: readonly string[];
  readonly launch: readonly string[];
  readonly job: Readonly<Record<string, readonly string[]>>;
  readonly notModelled: { readonly job: readonly string[] };
  readonly sweep: readonly { readonly sees: string; readonly does: readonly string[]; readonly model?: string }[];
  readonly flaws: Readonly<Record<string, { readonly does: string; readonly config: string; readonly breaks: string }>>;
}

const vocabulary = JSON.parse(read('tests/model/vocabulary.json')) as Vocabulary;
const modelSources = readdirSync(join(root, 'tests/model/launch_model'))
  .filter((name) => name.endsWith('.py'))
  .map((name) => read('tests/model/launch_model', name))
  .join('\n');
const isInModel = (name = ''): boolean => modelSources.includes(`"${name}"`);

/** The first column of the table below a heading. */
function firstColumn(heading: string): string[] {
  const section = read('docs/architecture.md').split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| ([^|]+?) \|/gm)].map(([, cell]) => String(cell));
  return rows.slice(1);
}

describe('code, model and page name the same', () => {
  test('states of a tenant', () => expect(vocabulary.tenant).toEqual([...TENANT_STATUSES]));

  test('states of a launch', () => {
    expect(vocabulary.launch).toEqual([...LAUNCH_STATES]);
    expect(firstColumn('A launch').map((cell) => cell.replaceAll('`', ''))).toEqual([...LAUNCH_STATES]);
  });

  test('states of a job', () => {
    const named = new Set([...Object.values(vocabulary.job).flat(), ...vocabulary.notModelled.job]);
    expect([...named].sort()).toEqual([...OPEN_JOB_STATES, ...ENDED_JOB_STATES].sort());
  });

  test('rows of the sweep', () => expect(firstColumn('The sweep')).toEqual(vocabulary.sweep.map(({ sees }) => sees)));

  test('actions of the sweep', () => {
    const union =
      read('lambdas/functions/scale-down/src/decide-sweep.ts')
        .split('export type SweepAction =')[1]
        ?.split(';\n\n')[0] ?? '';
    const kinds = [...union.matchAll(/readonly kind: '([a-z-]+)'/g)].map(([, kind]) => String(kind));
    expect(vocabulary.sweep.flatMap(({ does }) => does).sort()).toEqual(kinds.sort());
  });

  test.each(vocabulary.sweep.filter(({ model }) => model !== undefined))(
    'the step of the model for "$sees"',
    ({ model }) => expect(isInModel(model)).toBe(true),
  );
});

describe('every flaw of the model', () => {
  const flaws = Object.keys(vocabulary.flaws);
  const traces = readdirSync(join(root, 'lambdas/testing/system/counterexamples'))
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) =>
      [...read('lambdas/testing/system/counterexamples', name).matchAll(/^ *test\('([a-z-]+): /gm)].map(([, flaw]) =>
        String(flaw),
      ),
    );

  test('has the trace that leads to it played on the handlers', () =>
    expect([...new Set(traces)].filter((name) => name.includes('-')).sort()).toEqual([...flaws].sort()));

  test.each(flaws)('%s is a switch of the model', (flaw) => expect(isInModel(flaw)).toBe(true));
});
