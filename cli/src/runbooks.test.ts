import { MINUTE } from '@multi-tenant-runner/core';
import { job, launch } from '@multi-tenant-runner/testing';
import { join } from 'node:path';
import { createShell, readFile, root } from '../test/shell';

const page = readFile(join(root, 'docs/operations.md'));
const commands = [...page.matchAll(/^\$ mtr (.*)$/gm)].map(([, text = '']) =>
  [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? ''),
);

/** Tenants, jobs and a machine as the runbooks name them. */
async function asInTheRunbooks() {
  const shell = createShell({ defaultPrefix: 'my-saas' });
  const { harness, deadLetters } = shell;
  for (const id of [12345678, 23456789])
    harness.addTenant({ installation_id: id, org_name: id === 12345678 ? 'acme' : 'globex', account_id: id });
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

test('every command of the runbooks works, one after the other', async () => {
  const shell = await asInTheRunbooks();
  const failed = [];
  for (const argv of commands) {
    const { code, err } = await shell.run(...argv);
    if (code !== 0) failed.push({ argv, err });
  }
  expect(failed).toEqual([]);
  expect(commands.length).toBeGreaterThan(10);
});
