import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeJitConfig } from '../github/rest/jit-config';
import { runGitHub, type RunningGitHub } from '../../test/running-github';
import type { Launcher, MachineFacts } from './launcher';
import { bootMachine, type Machine, type MachineJobs } from './machine';

const LABELS = ['self-hosted', 'linux', 'x64', 'small'];
/** As the module's own user data goes about it, without the AWS CLI. */
const USER_DATA = `#!/bin/bash
trap 'shutdown -h now' EXIT
token="$(curl -sS --fail -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$GHR_IMDS_URL/latest/api/token")"
get() { curl -sS --fail -H "X-aws-ec2-metadata-token: $token" "$GHR_IMDS_URL/latest/meta-data/$1"; echo; }
get instance-id; get placement/region; get tags/instance/ghr:tenant_id
get iam/security-credentials/; get iam/security-credentials/the-role
curl -sS --fail -H "X-aws-ec2-metadata-token: $token" "$GHR_IMDS_URL/latest/user-data" >"$HOME/user-data"
echo "user data of $(wc -l <"$HOME/user-data") lines"
curl -s -o /dev/null -w 'user data without a token: %{http_code}\\n' "$GHR_IMDS_URL/latest/user-data"
curl -s -o /dev/null -w 'without a token: %{http_code}\\n' "$GHR_IMDS_URL/latest/meta-data/instance-id"
env | sort
cd "$GHR_RUNNER_DIR"
ACTIONS_RUNNER_HOOK_JOB_STARTED="$HOME/hook" ./run.sh --jitconfig "$(cat "$HOME/config")"
echo "run.sh ended with $?"
`;

let running: RunningGitHub;
let machine: Machine | undefined;
let shutDowns: string[];
let directory: string;
beforeEach(async () => {
  running = await runGitHub();
  shutDowns = [];
  directory = mkdtempSync(join(tmpdir(), 'machine-'));
});
afterEach(async () => {
  await machine?.end('the test ends');
  machine = undefined;
  await running.close();
  rmSync(directory, { recursive: true, force: true });
});

const facts = (userData: string): MachineFacts => ({
  instanceId: 'i-0123456789abcdef0',
  state: 'running',
  userData,
  interfaceId: 'eni-0123456789abcdef0',
  launchIndex: 0,
  roleName: 'the-role',
  tags: { 'ghr:tenant_id': '42' },
  instanceType: 't3.medium',
  region: 'us-east-1',
  metadata: { tokensRequired: true, tagsShown: true },
});

async function boot(userData: string, jobs?: MachineJobs): Promise<Machine> {
  const launcher: Launcher = {
    machines: async () => [],
    shutDown: async (id) => void shutDowns.push(id),
    credentials: async () => ({
      AccessKeyId: 'ASIATEST',
      SecretAccessKey: 'of the role',
      Token: 'token',
      Expiration: '2030-01-01T00:00:00Z',
    }),
    end: async () => false,
    chains: async () => [],
    polling: async () => undefined,
    faults: { add: async () => undefined, reset: async () => undefined },
  };
  machine = await bootMachine({
    facts: facts(userData),
    launcher,
    connect: running.github.work.connect,
    ...(jobs && { jobs }),
    awsEndpoint: 'http://127.0.0.1:1',
    workDirectory: join(directory, 'work'),
    logFile: join(directory, 'machine.log'),
    path: process.env['PATH'] ?? '',
  });
  return machine;
}

/**
 * Waits for what the machine brings about. Once its program has ended and all of its output is read, nothing more
 * comes.
 */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    const over = machine !== undefined && log().includes('user data has ended');
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (over && !condition()) throw new Error(`the condition was never met; the log says:\n${log()}`);
  }
}

function register(): { installationId: number; config: string; runnerId: number } {
  const installation = running.github.install({ login: 'acme', type: 'Organization' });

  const config = encodeJitConfig({
    runnerId: 7,
    name: 'sandbox-i-1',
    groupId: 1,
    gitHubUrl: 'https://github.com/acme',
    workFolder: '_work',
  });
  running.github.store.runners.set(7, {
    id: 7,
    name: 'sandbox-i-1',
    accountId: installation?.account.id ?? 0,
    labels: LABELS,
    groupId: 1,
    status: 'offline',
    version: null,
    clientId: config.clientId,
    createdAt: 0,
  });
  return { installationId: installation?.id ?? 0, config: config.text, runnerId: 7 };
}

const withConfig = (config: string): string =>
  USER_DATA.replace(
    'trap',
    `printf '%s' '${config}' >"$HOME/config"\nprintf '#!/bin/bash\\necho the hook has run\\n' ` +
      `>"$HOME/hook"; chmod +x "$HOME/hook"\ntrap`,
  );
const log = (): string => readFileSync(machine?.logFile ?? '', 'utf8');

it('runs its user data, one job, and shuts down', async () => {
  const { installationId, config } = register();
  running.github.queue({ installationId, labels: LABELS, lengthMs: 50 });
  await boot(withConfig(config));
  await until(() => shutDowns.length > 0 && log().includes('run.sh ended with'));
  const [job] = running.github.store.jobs.values();
  expect(job).toMatchObject({ status: 'completed', conclusion: 'success', runner: { name: 'sandbox-i-1' } });
  expect(running.github.store.runners.size).toBe(0);
  expect(log()).toContain('the hook has run');
  expect(log()).toContain('run.sh ended with 0');
});

it('runs the steps of a job, ends the job as they do, and keeps what they printed', async () => {
  const { installationId, config } = register();
  const { id } = running.github.queue({ installationId, labels: LABELS, lengthMs: null }) ?? { id: 0 };
  const step = { kind: 'run', name: 'says', run: 'echo "::add-mask::word"\necho "the word"; exit 3', env: {} } as const;
  await boot(withConfig(config), {
    scriptOf: () => ({ steps: [step], env: {}, cloneUrl: '' }),
    end: (job, conclusion) => void running.github.work.end(job, conclusion),
    logFile: (job) => join(directory, `${job}.log`),
  });
  await until(() => shutDowns.length > 0 && log().includes('run.sh ended with'));
  expect(running.github.store.jobs.get(id)).toMatchObject({ status: 'completed', conclusion: 'failure' });
  expect(readFileSync(join(directory, `${id}.log`), 'utf8')).toBe('##[group]Run says\nthe ***\n##[error]exit code 3\n');
});

it('learns who it is from its metadata service, which wants a token', async () => {
  const { config } = register();
  await boot(withConfig(config));
  await until(() => log().includes('HOME='));
  expect(log()).toMatch(/^i-0123456789abcdef0$/m);
  expect(log()).toMatch(/^us-east-1$/m);
  expect(log()).toMatch(/^42$/m);
  expect(log()).toMatch(/^the-role$/m);
  expect(log()).toContain('"AccessKeyId":"ASIATEST"');
  expect(log()).toContain('without a token: 401');
  expect(log()).toMatch(/^user data of \d\d lines$/m);
  expect(log()).toContain('user data without a token: 401');
});

it('has nothing of our own environment, and no configuration in its log', async () => {
  const { config } = register();
  await boot(withConfig(config));
  await until(() => log().includes('is online'));
  expect(log()).not.toMatch(/^(AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|npm_|JEST_)/m);
  expect(log()).not.toContain(config.slice(0, 200));
});

it('dies with all that it started when its plug is pulled, and its runner goes offline', async () => {
  const { installationId, config, runnerId } = register();
  running.github.settings.lostRunnerMs = 50;
  running.github.queue({ installationId, labels: LABELS, lengthMs: null });
  const booted = await boot(withConfig(config).replace('cd "$GHR', 'sleep 1000 & echo "child $!"\ncd "$GHR'));
  await until(() => log().includes('takes job'));
  const child = Number(/child (\d+)/.exec(log())?.[1]);
  await booted.end('terminated');
  machine = undefined;
  await until(() => !isAlive(child));
  expect(running.github.store.runners.get(runnerId)?.status ?? 'removed').not.toBe('online');
  await until(() => [...running.github.store.jobs.values()].every((job) => job.conclusion === 'failure'));
});

it('refuses a configuration that GitHub does not know', async () => {
  await boot(withConfig('bm90IGEgY29uZmln'));
  await until(() => log().includes('run.sh ended with'));
  expect(log()).toContain('run.sh ended with 1');
  await until(() => shutDowns.length > 0);
});

function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
}
