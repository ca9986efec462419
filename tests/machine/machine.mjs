import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { awsServices } from './stubs/aws.mjs';
import { listen } from './stubs/http.mjs';
import { metadataService } from './stubs/metadata.mjs';
import { runnerFiles } from './stubs/runner.mjs';
import { SYSTEMS } from './systems.mjs';

export const INSTANCE = 'i-0123456789abcdef0';
export const REGION = 'eu-west-1';
export const TENANT = '4711';
export const CONFIG = Buffer.from('a configuration for one runner, '.repeat(120)).toString('base64');
const ROLE = 'acme-ci-runner';
const CREDENTIALS = {
  AccessKeyId: 'ASIAMACHINE',
  SecretAccessKey: 'se/cret+of/the/role',
  Token: `${'token/of+the/role'.repeat(40)}==`,
};
const MAX_MS = 600_000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const FACTS = {
  'instance-id': INSTANCE,
  'placement/region': REGION,
  'services/domain': 'amazonaws.com',
  'tags/instance/ghr:tenant_id': TENANT,
  'iam/security-credentials/': ROLE,
  [`iam/security-credentials/${ROLE}`]: JSON.stringify(
    { Code: 'Success', Type: 'AWS-HMAC', ...CREDENTIALS, Expiration: '2099-01-01T00:00:00Z' },
    null,
    2,
  ),
};

// In a mount and process namespace of its own, over the system as a read-only layer. Its first process stays until the
// machine's plug is pulled, so that a watchdog outlives the script as it does on a real machine.
const START = `set -e
mount -t tmpfs tmpfs "$BASE"
mkdir "$BASE/upper" "$BASE/work" "$BASE/root"
mount -t overlay overlay -o "lowerdir=$SYSTEM,upperdir=$BASE/upper,workdir=$BASE/work" "$BASE/root"
cp -a "$FILES/." "$BASE/root/"
cd "$BASE/root"
mount -t proc proc proc
mount -t tmpfs tmpfs run
mount --bind /dev dev
if [ -n "$DISK" ]; then
  mount -t tmpfs -o "size=$DISK,mode=755" disk opt
  if [ -d "$FILES/opt" ]; then cp -a "$FILES/opt/." opt/; fi
fi
if [ -n "$PREPARE" ] && ! chroot . env -i PATH="$MACHINE_PATH" HOME=/root bash -c "$PREPARE"; then
  echo 'the image could not be prepared'
  exit 1
fi
chroot . env -i PATH="$MACHINE_PATH" HOME=/root $MACHINE_ENV bash /user-data.sh &
script=$!
eval "$DURING"
sleep 1000
`;

/**
 * Boots a machine with the user data and waits until it has called `shutdown`. Returns the calls to AWS, the runner's
 * report and the console.
 *
 * @param scenario `system` (a key of SYSTEMS), `runner` (a behaviour, or null for an image without it), `facts`, `aws`,
 *   `env`, `files`, `disk` (size of
 *   the disk that holds the runner), `prepare` (shell, run in the system before it boots), `during` (shell, in the
 *   system's folder; `$script` is the process, `$CONTROL` this side), `settled` (of what AWS saw, whether it is all),
 *   `alter` (the text, changed)
 */
export async function boot(text, { root, logGroup, parameterRoot }, scenario) {
  const {
    system,
    runner = 'job',
    version,
    facts = {},
    aws = {},
    env = {},
    files = {},
    disk = '',
    prepare = '',
    during = '',
    alter = (given) => given,
  } = scenario;
  const base = mkdtempSync(join(tmpdir(), 'machine-'));
  const seen = { output: '', shutdowns: [], runner: {}, downloads: [] };
  let ended;
  let before;
  const shutdown = new Promise((done) => (ended = done));
  const services = awsServices({
    instanceId: INSTANCE,
    region: REGION,
    credentials: CREDENTIALS,
    logGroup,
    parameter: { name: `${parameterRoot}/${TENANT}/runners/${INSTANCE}`, value: CONFIG },
    certificates: () => before?.authority,
    ...aws,
  });
  const metadata = await listen(metadataService({ ...FACTS, ...facts }));
  const cloud = await listen(services.handle);
  const control = await listen(async ({ path, body }) => {
    if (path === '/shutdown') {
      seen.shutdowns.push(body.toString());
      ended();
    }
    const about = /^\/runner\/(\w+)$/.exec(path)?.[1];
    if (about !== undefined) seen.runner[about] = body.toString();
    if (!path.startsWith('/files/')) return {};
    seen.downloads.push(path.slice('/files/'.length));
    return (await scenario.serve?.(path.slice('/files/'.length), control.url)) ?? { status: 404 };
  });

  before = await scenario.before?.(control.url);
  const image = runner === null ? {} : runnerFiles({ url: control.url, behaviour: runner, version });
  const all = {
    ...SYSTEMS[system],
    'usr/sbin/shutdown': `#!/bin/bash\nexec curl -s -o /dev/null --data "$*" "${control.url}/shutdown"\n`,
    'user-data.sh': alter(text, control.url, before),
    ...Object.fromEntries(Object.entries(image).map(([name, content]) => [`opt/actions-runner/${name}`, content])),
    ...(typeof files === 'function' ? files(control.url) : files),
  };
  for (const [name, content] of Object.entries(all)) {
    const path = join(base, 'files', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, content.startsWith('#!') ? 0o755 : 0o644);
  }
  mkdirSync(join(base, 'system'));
  const variables = { GHR_IMDS_URL: metadata.url, AWS_ENDPOINT_URL: cloud.url, ...env };
  const child = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private', 'bash', '-c', START],
    {
      env: {
        PATH: process.env.PATH,
        SYSTEM: root,
        BASE: join(base, 'system'),
        FILES: join(base, 'files'),
        DISK: disk,
        PREPARE: prepare,
        DURING: during,
        MACHINE_PATH: PATH,
        CONTROL: control.url,
        MACHINE_ENV: Object.entries(variables)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (seen.output += chunk));
  const gone = new Promise((done) => child.on('exit', done));
  let timer;
  const late = new Promise((done) => (timer = setTimeout(done, scenario.maxMs ?? MAX_MS)));
  try {
    await Promise.race([shutdown, gone, late]);
    clearTimeout(timer);
    // Background processes of the script may still run.
    for (let tries = 0; scenario.settled && !scenario.settled(services.seen) && tries < 6000; tries += 1)
      await new Promise((done) => setTimeout(done, 50));
  } finally {
    child.kill('SIGKILL');
    await gone;
    for (const server of [metadata, cloud, control, ...(before ? [before] : [])]) await server.close();
    rmSync(base, { recursive: true, force: true });
  }
  return {
    ...seen,
    before,
    aws: services.seen,
    reason: seen.shutdowns[0]?.replace(/^-h now ghr: /, ''),
    secrets: [CONFIG, CREDENTIALS.SecretAccessKey, CREDENTIALS.Token],
  };
}
