// `yarn bench`: the cost of a cold start. For each function, the size of its zip and the time that a new process of
// each Lambda runtime needs to load its bundle with a valid environment.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SWITCH, commandLineOrEnd } from '../sandbox/setup/command-line.cjs';
import { defaultRuntime, ensureRuntimes, runtimePrograms } from '../sandbox/setup/runtimes.mjs';

const lambdas = dirname(fileURLToPath(import.meta.url));
const root = dirname(lambdas);
const PROCESSES = 9;
const USAGE =
  "node lambdas/bench.mjs [--json]: the size of each function's zip, and its load time on each of Lambda's runtimes";

// What must have a certain form; every other variable is asked of the function, which names all that it misses.
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  LOG_LEVEL: 'info',
  RUNNER_TIERS: JSON.stringify({
    small: {
      labels: ['self-hosted', 'linux', 'x64', 'small'],
      max_runners: 2,
      rank: null,
      instance_types: ['t3.medium'],
      capacity: 'on-demand',
      runner_group_id: 1,
    },
  }),
  DEFAULT_TIER: 'small',
  TIER_ACCESS: 'any',
  ALLOW_PUBLIC_REPOSITORIES: 'false',
  TIER_QUEUE_URLS: JSON.stringify({ small: 'https://sqs.us-east-1.amazonaws.com/123456789012/bench-builds-small' }),
  PUBLISH_EVENTS: '[]',
  ALLOWED_SOURCE_CIDRS: '[]',
  EVENT_KINDS: '[]',
  TIERS: '["small"]',
  PREVIEW_HOURS: '72',
  ARCHIVE_LIMITS: JSON.stringify({ bytes: 1, unpacked_bytes: 1, files: 1, ratio: 1 }),
  PLATFORM: JSON.stringify({
    region: 'us-east-1',
    vpc_id: 'vpc-1',
    subnet_ids: [],
    cluster: 'bench',
    execution_role_arn: 'bench',
    roles: {
      arn_prefix: 'arn:aws:iam::123456789012:role/',
      path: '/',
      suffix: '',
      boundary_arn: 'bench',
      trust: '{}',
      arns: { secrets: 'bench', repositories: 'bench', log_groups: 'bench' },
    },
    load_balancers: [],
    source_bucket: 'bench',
    log_retention_days: 1,
    registry: 'bench',
    rollback_alarms: { names: [], minimum_requests: 20, period_seconds: 60, periods: 2 },
  }),
  TENANT_RATE: '25',
  TENANT_BURST: '2000',
  TENANT_RATES_BY_TIER: '{}',
  LAUNCH_TEMPLATES: JSON.stringify({ small: { id: 'lt-0123456789abcdef0', version: '1' } }),
  SUBNET_IDS: JSON.stringify(['subnet-0123456789abcdef0']),
  TIER_SUBNET_IDS: '{}',
  RUNNER_TAGS: '{}',
  TENANT_SECURITY_GROUPS: 'true',
  EGRESS_RULES: '[]',
  ONBOARDING_MODE: 'automatic',
  ALLOWED_ACCOUNTS: '{"ids":[],"logins":[]}',
  FUNCTION_TIMEOUT_SECONDS: '60',
  CALLBACK_TIMEOUT_SECONDS: '5',
  BOOT_TIMEOUT_MINUTES: '10',
  IDLE_TIMEOUT_MINUTES: '5',
  MAX_LIFETIME_MINUTES: '360',
  LAUNCH_RATE: JSON.stringify({ calls: { burst: 5, per_second: 2 }, machines: { burst: 1_000, per_second: 2 } }),
  MACHINES_A_CALL: '25',
  MAX_RECEIVE_COUNT: '5',
  PRICES: JSON.stringify({ as_of: 'today', machine_hour: {}, spot_share: 0, disk_gb_month: 0, disk_gb: {} }),
  TABLES: JSON.stringify({ tenants: 't', jobs: 'j', launches: 'l', audit: 'a', api: 's', usage: 'u', recovery: 'r' }),
  ENDPOINTS: JSON.stringify({ operators: 'https://api.example.com', tenants: null }),
  PLACES: JSON.stringify({ github_api_url: 'https://api.github.com', region: 'us-east-1', prefix: 'bench' }),
  TOKEN_ISSUERS: '[]',
  RATES: '{"caller":120,"tenant":600}',
  QUEUE_URLS: '[]',
  LAUNCH_TRIGGERS: '[]',
};

/**
 * `{ name, zipBytes, loadMilliseconds }` of every function, the load on the default runtime and on each. Builds the
 * zips first.
 */
export async function measureBundles() {
  await ensureRuntimes({ root, log: (line) => console.error(`setup: ${line}`) });
  const runtimes = Object.entries(runtimePrograms(root));
  execFileSync(process.execPath, [join(lambdas, 'build.mjs'), '--zip'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const names = readdirSync(join(lambdas, 'dist'))
    .filter((file) => file.endsWith('.zip'))
    .map((file) => file.slice(0, -'.zip'.length))
    .sort();
  return names.map((name) => {
    const loads = Object.fromEntries(
      runtimes.map(([runtime, program]) => [
        runtime,
        median(Array.from({ length: PROCESSES }, () => load(name, { program }))),
      ]),
    );
    return {
      name,
      zipBytes: statSync(join(lambdas, 'dist', `${name}.zip`)).size,
      bundleBytes: readFileSync(join(lambdas, 'build', name, 'index.mjs')).length,
      loadMilliseconds: loads[defaultRuntime(root)],
      loads,
    };
  });
}

/** How long a new process takes to load a function's bundle, without the start of Node itself. */
export function load(name, { directory = join(lambdas, 'build'), program: node = process.execPath } = {}) {
  const url = pathToFileURL(join(directory, name, 'index.mjs')).href;
  // Of an error only its message: with the stack Node prints the bundle's one long line, of which a pipe loses the end.
  const program = `const start = performance.now();
    const { handler } = await import(${JSON.stringify(url)})
      .catch(({ message }) => { console.error(message); process.exit(1); });
    const time = performance.now() - start;
    if (typeof handler !== 'function') throw new Error('no handler');
    console.log(time);`;
  const run = (environment) =>
    spawnSync(node, ['--input-type=module', '--eval', program], {
      env: { PATH: process.env.PATH, ...environment },
      encoding: 'utf8',
    });
  environments.set(url, environments.get(url) ?? withMissing(run(ENVIRONMENT).stderr));
  const { status, stdout, stderr } = run(environments.get(url));
  if (status !== 0) throw new Error(`${name} does not load: ${stderr}`);
  return Number(stdout);
}

/** By bundle. */
const environments = new Map();

function withMissing(report) {
  const missing = [...report.matchAll(/\b([A-Z][A-Z0-9_]+): is missing/g)].map(([, name]) => name);
  return { ...ENVIRONMENT, ...Object.fromEntries(missing.map((name) => [name, 'bench'])) };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { switches } = commandLineOrEnd({ name: 'lambdas/bench.mjs', usage: USAGE, options: { json: SWITCH } });
  print(await measureBundles(), switches.has('json'));
}

function print(bundles, json) {
  if (json) return console.log(JSON.stringify(bundles));
  console.log(`median of ${PROCESSES} fresh processes on each runtime`);
  for (const { name, zipBytes, loads } of bundles) {
    const times = Object.entries(loads).map(
      ([runtime, milliseconds]) => `${runtime} ${milliseconds.toFixed(0).padStart(4)} ms`,
    );
    console.log(
      `${name.padEnd(16)} ${zipBytes.toLocaleString('en').padStart(9)} bytes zipped   load: ${times.join(', ')}`,
    );
  }
}
