import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HOUR, MINUTE, PROBE_PAUSES, SECOND, backOff, type JobReason } from '@multi-tenant-runner/core';
import { marked, read, root, tableRows, unionOf } from './documents';
import { CLAIMS } from './claims';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).split('\n');
const documents = files.filter(
  (file) => file.endsWith('.md') && existsSync(join(root, file)) && file !== 'CHANGELOG.md',
);

describe('every name in the documents is one of the sources', () => {
  const isSource = (file: string): boolean =>
    /\.(tf|hcl|ts|mjs|cjs|js|py|sh|json|tftpl|yaml|yml)$/.test(file) &&
    !file.startsWith('lambdas/testing/simulator/seeds/');
  const sources = files
    .filter((file) => isSource(file) && existsSync(join(root, file)))
    .map(read)
    .join('\n');
  // Names of AWS and GitHub that no source contains.
  const FOREIGN = [
    'InvalidKMSKey.InvalidState',
    'ExecuteBash',
    'L-1216C47A',
    'L-34B43A08',
    'runs-on',
    'EntityAlreadyExists',
    'aws-cn',
    'warm_throughput',
  ];

  test.each(documents)('%s', (document) => {
    const unknown = namesIn(proseOf(document)).filter(
      (name) => !FOREIGN.includes(name) && !formsOf(name).some((form) => sources.includes(form)),
    );
    expect([...new Set(unknown)]).toEqual([]);
  });
});

describe('every link between the documents leads somewhere', () => {
  test.each(documents)('%s', (document) => {
    const targets = [...read(document).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, target]) =>
      String(target).replaceAll('\\_', '_'),
    );
    expect(targets.filter((target) => !leadsSomewhere(document, target))).toEqual([]);
  });
});

describe('a figure in the documents is the one in the code', () => {
  test.each(CLAIMS)('$document: $says', ({ document, says, value }) => {
    const found = [...read(document).replaceAll(/\s+/g, ' ').matchAll(says)].map(([, figure]) => figure);
    expect(found.length).toBeGreaterThan(0);
    for (const figure of found) expect(numberOf(String(figure))).toBe(value);
  });

  const bounded = tableRows(marked('docs/troubleshooting.md', 'reasons')).flatMap(([reason = '', states = '']) => {
    const [, first, last] = /^parked, (\d+ \w+) to (\d+ \w+)/.exec(states) ?? [];
    return first === undefined || last === undefined ? [] : [{ reason, first, last }];
  });

  test.each(bounded)('a job that waits for $reason is tried again after $first to $last', ({ reason, first, last }) => {
    const known: readonly string[] = unionOf(read('lambdas/libs/core/src/model/job.ts'), 'JobReason');
    const isReason = (text: string): text is JobReason => known.includes(text);
    if (!isReason(reason)) throw new Error(`${reason} is no reason of a job`);
    const waits = [1, 2, 60].flatMap((starts) =>
      [false, true].flatMap((hadMachine) =>
        Array.from(
          { length: 50 },
          (_, launch) => backOff({ reason, starts, hadMachine, slots: 1, launchId: `${launch}-1` }) ?? Number.NaN,
        ),
      ),
    );
    // Jitter adds up to half, so that jobs that failed together do not retry together.
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(durationOf(first));
    expect(Math.min(...waits)).toBeLessThan(durationOf(first) * 1.1);
    expect(Math.max(...waits)).toBeLessThanOrEqual(durationOf(last) * 1.5);
    expect(Math.max(...waits)).toBeGreaterThan(durationOf(last) * 1.4);
  });

  test('the pauses of a circuit are those of architecture.md', () => {
    const minutes = PROBE_PAUSES.map((pause) => pause / MINUTE);
    expect(read('docs/architecture.md').replaceAll(/\s+/g, ' ')).toContain(
      `after ${minutes.slice(0, -1).join(', ')} and then every ${String(minutes.at(-1))} minutes`,
    );
  });
});

test('the README lists nothing as missing that has a metric', () => {
  const [, list = ''] = /^## Not yet\n([\s\S]*?)^## /m.exec(read('README.md')) ?? [];
  const missing = [...list.matchAll(/^- No ([a-z ]+?)s?[:,.]/gm)].map(([, thing]) => String(thing));
  const topics = unionOf(read('lambdas/libs/core/src/model/names.ts'), 'MetricName').flatMap((name) =>
    name.split(/(?=[A-Z])/).map((part) => part.toLowerCase()),
  );
  expect(missing.filter((thing) => thing.split(' ').some((word) => topics.includes(word)))).toEqual([]);
});

describe('tables of states', () => {
  const textsOf = (text: string, what: RegExp): string[] => [...text.matchAll(what)].map(([, found]) => String(found));
  const listIn = (path: string, name: string): string[] =>
    textsOf(new RegExp(`${name} = \\[([^\\]]*)\\]`).exec(read(path))?.[1] ?? '', /'([^']+)'/g);

  test('architecture.md lists the states of a launch in the order of the code', () => {
    const [table = ''] = /\| state \| means \|[\s\S]*?\n\n/.exec(read('docs/architecture.md')) ?? [];
    expect(tableRows(table).map(([state]) => state)).toEqual(
      listIn('lambdas/libs/core/src/model/launch.ts', 'LAUNCH_STATES'),
    );
  });

  test('troubleshooting.md lists the states of a job, open ones first', () => {
    const source = 'lambdas/libs/core/src/model/job.ts';
    const [table = ''] = /\| state \| meaning \|[\s\S]*?\n\n/.exec(read('docs/troubleshooting.md')) ?? [];
    const listed = tableRows(table).flatMap(([cell = '']) => textsOf(`\`${cell}\``, /`([a-z]+)`/g));
    expect(listed).toEqual([...listIn(source, 'OPEN_JOB_STATES'), ...listIn(source, 'ENDED_JOB_STATES')]);
  });
});

/** A document without its commands, its generated tables and its tables of former names. */
function proseOf(document: string): string {
  const [text = ''] = read(document).split('<!-- BEGIN_TF_DOCS -->');
  return text
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .replaceAll(/^## From the inputs of the first drafts\n[\s\S]*?(?=^## )/gm, '');
}

/** Code spans that look like one of our names: parts joined by `-`, `_`, `.` or by a capital letter. */
function namesIn(text: string): string[] {
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => String(span));
  return spans.filter(
    (span) => /^[A-Za-z][A-Za-z0-9]*([_.-][A-Za-z0-9]+)*$/.test(span) && (/[_-]/.test(span) || /[a-z][A-Z]/.test(span)),
  );
}

/**
 * Rows say `machine_end` where code says `machineEnd`; a path into an object is as good as its last part; examples have
 * a prefix of their own.
 */
function formsOf(name: string): string[] {
  const camel = name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  return [name, camel, name.split('.').at(-1) ?? name, name.replace(/^my-saas/, ''), name.replace(/-N$/, '-')];
}

function leadsSomewhere(document: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document : join(dirname(document), decodeURIComponent(path));
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || !file.endsWith('.md') || anchorsOf(read(file)).includes(anchor);
}

/** As GitHub makes them of headings, and those that are written out. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    String(heading)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...text.matchAll(/<a name="([^"]+)">/g)].map(([, name]) => String(name))];
}

const WORDS = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

function numberOf(figure: string): number {
  const word = WORDS.indexOf(figure.toLowerCase());
  return word === -1 ? Number(figure.replaceAll(',', '')) : word;
}

function durationOf(text: string): number {
  const [amount = '', unit = ''] = text.split(' ');
  return Number(amount) * ({ s: SECOND, min: MINUTE, h: HOUR }[unit] ?? Number.NaN);
}
