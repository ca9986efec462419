import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLineOrEnd } from '../../setup/command-line.cjs';
import { BENCH } from '../../setup/programs.cjs';
import { createControlClient, type GitHubCallCount } from '../control/client';
import { down } from './down';
import { createProgress } from '../lib/progress';
import { runningSandbox, sandboxPaths, type SandboxFile } from '../lib/state';
import { status } from './status';
import { up } from './up';
import { waitFor } from '../lib/wait';

// `yarn bench`: each Lambda's zip and load time, then the table of the other benches; with `--sandbox` also what one
// job costs in calls once everything is warm.

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

interface AwsCall {
  readonly principal: string;
  readonly service: string;
  readonly operation: string;
  readonly error?: string;
}

async function main(): Promise<void> {
  const { switches } = commandLineOrEnd(BENCH);
  measure('The bundles', 'lambdas/bench.mjs');
  console.log('');
  measure('The table', 'lambdas/testing/bench/run.mjs', 'overview');
  if (switches.has('sandbox')) await countInSandbox();
}

function measure(what: string, program: string, ...args: readonly string[]): void {
  const { status: code } = spawnSync(process.execPath, [join(root, program), ...args], { stdio: 'inherit' });
  if (code !== 0) throw new Error(`${what} could not be measured.`);
}

async function countInSandbox(): Promise<void> {
  const paths = sandboxPaths(root, process.env.SANDBOX_DIR);
  const progress = createProgress({
    write: (text) => void process.stderr.write(text),
    isTTY: process.stderr.isTTY === true,
  });
  const found = await status(paths);
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => controller.abort(new Error(`Stopped by ${signal}.`)));
  if (!found.up) await up({ paths, progress, signal: controller.signal, owner: process.pid });
  try {
    const { sandbox, launcher } = runningSandbox(paths);
    await countOneJob(sandbox, launcher, controller.signal);
  } finally {
    if (!found.up) await down(paths);
  }
}

async function countOneJob(
  sandbox: SandboxFile,
  launcher: { url: string; token: string },
  signal: AbortSignal,
): Promise<void> {
  const { user, operator } = createControlClient(sandbox.github.control_url, signal);
  const calls = async (): Promise<AwsCall[]> => {
    const answer = await fetch(`${launcher.url}/_sandbox/calls?since=0`, {
      headers: { 'x-sandbox-token': launcher.token },
      signal,
    });
    const listed: AwsCall[] = JSON.parse(await answer.text());
    return listed;
  };
  const resetCalls = (): Promise<unknown> =>
    fetch(`${launcher.url}/_sandbox/calls/reset`, {
      method: 'POST',
      headers: { 'x-sandbox-token': launcher.token },
      signal,
    });
  const sweepDone = (seen: AwsCall[]): boolean =>
    seen.some(({ principal, operation }) => principal === 'sandbox-scale-down' && operation === 'Scan');
  const until = (what: string, holds: () => Promise<boolean>): Promise<void> =>
    waitFor(holds, { what, seconds: 600, every: 300, signal });

  const installationId = await user.install(`bench-${Date.now()}`, 'Organization');
  const runJob = async (): Promise<void> => {
    const id = await user.queue({ installationId, size: 'small', seconds: 1 });
    await until('The end of the job', async () =>
      (await user.jobs(installationId)).some((job) => job.id === id && job.status === 'completed'),
    );
    await until('The end of its machine', async () =>
      (await operator.machineStates(installationId)).every((state) => state === 'terminated'),
    );
  };
  await until('The tenant', async () =>
    (await calls()).some(
      ({ principal, operation }) => principal === 'sandbox-tenant-manager' && operation === 'CreateSecurityGroup',
    ),
  );
  await runJob();
  // The sweep comes every minute. The job that counts follows one, so that none of its calls is among the job's.
  await resetCalls();
  await until('A sweep', async () => sweepDone(await calls()));
  await resetCalls();
  await operator.resetGitHubCalls();
  await runJob();
  await until('The release of the slot', async () => settled(await calls()));
  print(await calls(), await operator.gitHubCalls(installationId));
}

/** The instance's end was handled: the last of it is a look for a parked job that the free slot could go to. */
function settled(seen: readonly AwsCall[]): boolean {
  const own = seen
    .filter(({ principal }) => principal === 'sandbox-scale-down')
    .map(({ service, operation }) => `${service}:${operation}`);
  return (
    own.filter((name) => name === 'dynamodb:Query').length >= 3 &&
    !own.includes('dynamodb:Scan') &&
    own.includes('dynamodb:UpdateItem') &&
    own.at(-1) === 'dynamodb:Query'
  );
}

function print(aws: readonly AwsCall[], github: readonly GitHubCallCount[]): void {
  console.log('\nOne warm job, from its webhook to its slot given back');
  for (const principal of [...new Set(aws.map((call) => call.principal))]
    .filter((name) => name !== 'administrator')
    .sort()) {
    const own = aws.filter((call) => call.principal === principal);
    console.log(
      `${principal.padEnd(24)} ${String(own.length).padStart(3)} AWS calls   ` +
        `${tally(own.map(({ service, operation }) => `${service}:${operation}`))}`,
    );
  }
  console.log(
    `${'GitHub'.padEnd(24)} ${String(github.reduce((sum, { count }) => sum + count, 0)).padStart(3)} calls   ` +
      `    ${github.map(({ route, count }) => `${route} ×${count}`).join(', ')}`,
  );
}

function tally(names: readonly string[]): string {
  return [...new Set(names)]
    .sort()
    .map((name) => `${name} ×${names.filter((one) => one === name).length}`)
    .join(', ');
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
