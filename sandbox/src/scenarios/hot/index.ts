import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { GitHubUserClient } from '../../control/client';
import { createControlClient } from '../../control/client';
import type { SandboxFile } from '../../lib/state';
import { createAccountReader, type AccountReader } from '../kit/account';
import { allHeld, createChecks, type Checks } from '../kit/checks';
import { createPoller, type Poller } from '../kit/poller';
import { untilActive } from '../kit/until-active';

export interface HotOptions {
  readonly sandbox: SandboxFile;
  /** Applies the module with as many machines waiting. */
  readonly applyWith: (poolSize: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

interface HotContext {
  readonly user: GitHubUserClient;
  readonly account: AccountReader;
  readonly readyMachines: () => Promise<readonly string[]>;
  readonly checks: Checks;
  readonly poller: Poller;
  readonly write: (line: string) => void;
}

const SECONDS = 600;
const JOBS = 3;
/** Milliseconds between two looks at a job that is timed. */
const LOOK = 10;

/** Jobs with a machine that waits, beside one that has to wait for its machine. The times are printed, not judged. */
export async function runHot({ sandbox, applyWith, signal, write }: HotOptions): Promise<boolean> {
  const checks = createChecks((line) => write(`  ${line}`));
  const context: HotContext = {
    user: createControlClient(sandbox.github.control_url, signal).user,
    account: createAccountReader(sandbox),
    readyMachines: createPlaces(sandbox),
    checks,
    poller: createPoller(SECONDS, signal),
    write,
  };
  const installationId = await install(context);
  const cold = await timeJob(context, installationId);
  write(`a job without a pool: webhook to running in ${cold.milliseconds} ms`);
  await applyWith(1);
  for (let count = 1; count <= JOBS; count += 1) await takeReady(context, installationId);
  await applyWith(0);
  await untilNoneWaits(context);
  await context.user.uninstall(installationId);
  return allHeld(checks.all());
}

/** A job takes the machine that waits, and another one waits afterwards. */
async function takeReady(context: HotContext, installationId: number): Promise<void> {
  const { account, checks, poller, readyMachines, write } = context;
  const [ready = ''] = await poller.until('a machine that waits', async () => {
    const found = await readyMachines();
    return found.length > 0 ? found : undefined;
  });
  const before = (await account.machines()).find(({ id }) => id === ready);
  checks.check(
    "a machine that waits has no tenant's tags",
    before !== undefined && !('ghr:tenant_id' in before.tags),
    JSON.stringify(before),
  );
  const { milliseconds, runnerName, jobId } = await timeJob(context, installationId);
  write(`a job with a machine that waits: webhook to running in ${milliseconds} ms`);
  checks.check('the job runs on the machine that waited', runnerName?.endsWith(ready) === true, `${runnerName}`);
  const after = (await account.machines()).find(({ id }) => id === ready);
  // The emulator lists the interfaces of other machines too.
  const attached = (await account.attachments(ready)).filter(
    ({ tags }) => tags['ghr:blank_id'] === before?.tags['ghr:blank_id'],
  );
  const owned = [after, ...attached].filter((one) => one?.tags['ghr:tenant_id'] === String(installationId));
  checks.check("it has its tenant's tags, and so have its disk and its interface", owned.length === 3);
  await finish(context, installationId, jobId);
  checks.check('a second job never runs on it', !(await readyMachines()).includes(ready));
}

interface Timed {
  readonly jobId: number;
  readonly milliseconds: number;
  readonly runnerName: string | null;
}

async function timeJob({ user, poller }: HotContext, installationId: number): Promise<Timed> {
  const from = Date.now();
  const jobId = await user.queue({ installationId, size: 'small', seconds: null });
  for (;;) {
    poller.signal.throwIfAborted();
    const job = (await user.jobs(installationId)).find(({ id }) => id === jobId);
    if (job !== undefined && job.startedAt !== null)
      return { jobId, milliseconds: Date.now() - from, runnerName: job.runnerName };
    if (Date.now() - from > SECONDS * 1_000) throw new Error(`Job ${jobId} did not start within ${SECONDS} s`);
    await sleep(LOOK);
  }
}

async function finish({ user, account, poller }: HotContext, installationId: number, jobId: number): Promise<void> {
  await user.finish(jobId);
  await poller.until('the end of the job', async () => {
    const row = await account.job(installationId, jobId);
    return row?.state === 'completed' ? true : undefined;
  });
}

async function untilNoneWaits({ account, checks, poller }: HotContext): Promise<void> {
  const gone = await poller.until('the end of the machines that waited', async () => {
    const alive = (await account.machines()).filter(({ state }) => state === 'pending' || state === 'running');
    return alive.every(({ tags }) => !('ghr:blank_id' in tags) || 'ghr:launch_id' in tags) ? true : undefined;
  });
  checks.check('without a pool no machine waits any more', gone);
}

async function install(context: HotContext): Promise<number> {
  const login = `hot-${randomBytes(3).toString('hex')}`;
  const id = await context.user.install(login, 'Organization');
  await untilActive(context, login, id);
  return id;
}

/** The machines that have announced themselves. */
function createPlaces({ aws, prefix }: SandboxFile): () => Promise<readonly string[]> {
  const client = new DynamoDBClient({
    endpoint: aws.endpoint_url,
    region: aws.region,
    credentials: { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key },
  });
  return async () => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: `${prefix}-pool`, ConsistentRead: true }));
    return Items.filter((item) => item['announcement'] !== undefined).map((item) => item['instance_id']?.S ?? '');
  };
}
