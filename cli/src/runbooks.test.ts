import { MINUTE, MODULE_ROW } from '@multi-tenant-runner/core';
import { job, launch } from '@multi-tenant-runner/testing';
import { join } from 'node:path';
import { createShell, readFile, root } from '../test/shell';

/** In a sentence, with its reason or other options, so that it is whole. */
const IN_TEXT = /(?<!\| )`mtr ([a-z ]+\b[^`<]* --[^`<]+)`(?! \|)/g;

/** Of each section, in their order, with those of the table of alarms. */
const sections = ['README.md', 'docs/operations.md']
  .flatMap((document) => readFile(join(root, document)).split(/^##+ /m))
  .map((text) => {
    const shown = [
      ...text.matchAll(/^ *\$ mtr (.*)$/gm),
      ...text.matchAll(/^\| `<prefix>.*? `mtr ([^`]+)` \|/gm),
      ...text.matchAll(IN_TEXT),
    ];
    return { heading: text.split('\n')[0] ?? '', commands: shown.map(([, line = '']) => wordsOf(line)) };
  })
  .filter(({ commands }) => commands.length > 0);

function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
}

/** Tenants, jobs and a machine as the runbooks name them. */
async function asInTheRunbooks() {
  const shell = createShell({ defaultPrefix: 'my-saas' });
  const { harness, deadLetters } = shell;
  for (const id of [12345678, 23456789])
    harness.addTenant({ installation_id: id, org_name: id === 12345678 ? 'acme' : 'globex', account_id: id });
  harness.state.tenants.rows.set(MODULE_ROW, { installation_id: MODULE_ROW, login_acme: 1 });
  deadLetters.push({ queue: 'my-saas-builds-small-dlq', messages: 1, hasSource: true });
  const installationId = 12345678;
  const jobId = 29679449526;
  const at = harness.clock.now().toISOString();
  await harness.state.jobs.create(job({ installationId, jobId, state: 'parked', reason: 'limit', queuedAt: at }));
  const machine = { installationId, instanceId: 'i-0123456789abcdef0', machineEndedAt: at, state: 'ended' } as const;
  await harness.state.launches.create(launch({ ...machine, createdAt: at }));
  harness.clock.advance(MINUTE);
  return shell;
}

test.each(sections)('the commands under "$heading" work, one after the other', async ({ commands }) => {
  const shell = await asInTheRunbooks();
  const failed = [];
  for (const argv of commands) {
    const { code, err } = await shell.run(...argv);
    if (code !== 0) failed.push({ argv, err });
  }
  expect(failed).toEqual([]);
});

test('the runbooks have a command for most tasks, and one for every alarm', () => {
  const alarms = sections.find(({ heading }) => heading === 'Alarms');
  expect({ sections: sections.length, alarms: alarms?.commands.length }).toEqual({ sections: 20, alarms: 21 });
});
