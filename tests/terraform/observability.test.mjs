// An alarm on a metric that nobody sends stays silent for ever, and a link to a runbook that is gone helps nobody.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { PREFIX, ROOT, planOnce, resourcesOf } from './render.mjs';

const NAMESPACE = 'MultiTenantRunner';

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\/src(\/|$)/.test(entry.parentPath ?? entry.path))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter(
      (file) =>
        file.endsWith('.ts') &&
        !file.endsWith('.test.ts') &&
        !file.includes('node_modules') &&
        !file.includes('/testing/'),
    );
}

/** By metric, whether it is sent with a tier: `metrics.count('Name', { tier … })`. */
function emitted() {
  const calls = sources(join(ROOT, 'lambdas')).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/metrics\.(?:count|measureSeconds)\(([^;]*)/g)].map(([, args]) => args),
  );
  const names = new Map();
  for (const args of calls) {
    for (const [, name] of args.split('{')[0].matchAll(/'([A-Z]\w+)'/g))
      names.set(name, (names.get(name) ?? false) || /\btier\b/.test(args));
  }
  return names;
}

/** As GitHub makes them: lower case, no punctuation, a dash for each space. */
const anchors = (text) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );

describe('alarms and dashboard', () => {
  let alarms;
  let queues;
  before(async () => {
    const resources = resourcesOf(await planOnce());
    alarms = resources.filter(({ type }) => type === 'aws_cloudwatch_metric_alarm').map(({ values }) => values);
    queues = resources
      .filter(({ type, values }) => type === 'aws_sqs_queue' && values.name.endsWith('-dlq'))
      .map(({ values }) => values.name);
  });

  it('watch metrics that the functions send', () => {
    const known = emitted();
    assert.ok(known.size >= 15, `only ${[...known.keys()]}`);
    const own = alarms.filter(({ namespace }) => namespace === NAMESPACE);
    assert.ok(own.length >= 6);
    assert.deepEqual(
      own.map(({ metric_name: name }) => name).filter((name) => !known.has(name)),
      [],
    );
    assert.ok(
      own.every(
        ({ dimensions }) => Object.keys(dimensions).join() === 'environment' && dimensions.environment === PREFIX,
      ),
    );
  });

  it('show metrics that the functions send, with dimensions that they have', () => {
    const known = emitted();
    const text = readFileSync(join(ROOT, 'modules', 'observability', 'dashboard.tf'), 'utf8');
    const lines = [...text.matchAll(/lines += \[(?:.*\]$|\n[\s\S]*?\n {6}\]$)/gm)]
      .map(([line]) => line)
      .filter((line) => line.includes(`["${NAMESPACE}"`));
    assert.ok(lines.length >= 5);
    for (const line of lines) {
      const names = [...line.slice(line.indexOf('lines')).matchAll(/"([A-Z][A-Za-z]+)"/g)]
        .map(([, name]) => name)
        .filter((name) => name !== NAMESPACE);
      assert.ok(names.length > 0, line);
      for (const name of names) {
        assert.ok(known.has(name), `${name} is shown and never sent`);
        if (line.includes('"tier"')) assert.ok(known.get(name), `${name} is shown by tier and sent without one`);
      }
    }
  });

  it('watch every dead-letter queue', () => {
    const watched = alarms
      .filter(({ namespace }) => namespace === 'AWS/SQS')
      .map(({ dimensions }) => dimensions.QueueName);
    assert.ok(queues.length >= 6);
    assert.deepEqual(watched.sort(), queues.sort());
  });

  it('point to runbooks that exist', () => {
    const known = anchors(readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8'));
    const pointed = alarms.map(({ alarm_description: text }) => /docs\/operations\.md#(\S+)$/.exec(text)?.[1]);
    assert.deepEqual(
      pointed.filter((anchor) => !known.includes(anchor)),
      [],
    );
  });
});
