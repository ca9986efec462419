import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { WorkerAnswer, WorkerAsk } from './worker';

/** A container of scale-up: a process of its own with the function's real bundle. */
export interface Container {
  invoke(ask: WorkerAsk): Promise<WorkerAnswer>;
  stop(): void;
}

export const PARAMETERS: Readonly<Record<string, string>> = {
  '/bench/app-id': '12345',
  '/bench/app-key': generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string,
};

/** @param options.url of the loopback */
export function startContainer(options: {
  readonly worker: string;
  readonly bundle: string;
  readonly url: string;
  readonly prefix: string;
  /** Beside what the module sets by default. */
  readonly environment?: Readonly<Record<string, string>>;
}): Container {
  const child = spawn(process.execPath, [options.worker, options.bundle], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...environmentOf(options.url, options.prefix), ...options.environment },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    invoke: async (ask) => {
      child.stdin.write(`${JSON.stringify(ask)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('scale-up ended before it answered');
      return JSON.parse(String(value)) as WorkerAnswer;
    },
    stop: () => void child.kill(),
  };
}

const SMALL = {
  labels: ['self-hosted', 'linux', 'x64', 'small'],
  max_runners: 1_000,
  rank: null,
  instance_types: ['t3.medium'],
  capacity: 'on-demand',
  runner_group_id: 1,
};

/** As the module sets it. */
export function environmentOf(url: string, prefix: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ENVIRONMENT: 'bench',
    LOG_LEVEL: 'error',
    RUNNER_TIERS: JSON.stringify({ small: SMALL }),
    DEFAULT_TIER: 'small',
    TIER_ACCESS: 'any',
    ALLOW_PUBLIC_REPOSITORIES: 'false',
    TIER_QUEUE_URLS: JSON.stringify({ small: `${url}/queue` }),
    GITHUB_API_URL: url,
    GITHUB_APP_ID_PARAMETER: '/bench/app-id',
    GITHUB_APP_KEY_PARAMETER: '/bench/app-key',
    TENANTS_TABLE: `${prefix}-tenants`,
    JOBS_TABLE: `${prefix}-jobs`,
    LAUNCHES_TABLE: `${prefix}-launches`,
    USAGE_TABLE: `${prefix}-usage`,
    PRICES: JSON.stringify({ as_of: 'today', machine_hour: {}, spot_share: 0, disk_gb_month: 0, disk_gb: {} }),
    RUNNER_TAGS: '{}',
    FUNCTION_TIMEOUT_SECONDS: '600',
    LAUNCH_TEMPLATES: JSON.stringify({ small: { id: 'lt-0123456789abcdef0', version: '1' } }),
    SUBNET_IDS: JSON.stringify(['subnet-0123456789abcdef0']),
    TIER_SUBNET_IDS: '{}',
    TENANT_SECURITY_GROUPS: 'true',
    SHARED_SECURITY_GROUP_ID: 'sg-0123456789abcdef0',
    LAUNCH_RATE: JSON.stringify({ calls: { burst: 5, per_second: 2 }, machines: { burst: 1_000, per_second: 2 } }),
    MACHINES_A_CALL: '25',
    MAX_RECEIVE_COUNT: '5',
    MACHINE_URL: 'https://api.example.test/machine',
  };
}
