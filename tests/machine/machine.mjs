import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { listen } from './stubs/http.mjs';
import { machineApi } from './stubs/machine-api.mjs';
import { metadataService } from './stubs/metadata.mjs';
import { runnerFiles } from './stubs/runner.mjs';
import { SYSTEMS } from './systems.mjs';

export const INSTANCE = 'i-0123456789abcdef0';
export const INTERFACE = 'eni-0123456789abcdef0';
const MAC = '02:42:ac:11:00:02';
export const REGION = 'eu-west-1';
export const TENANT = '4711';
export const CONFIG = Buffer.from('a configuration for one runner, '.repeat(120)).toString('base64');
export const CLAIM_SECRET = 'cLaIm-secret_of-this-launch-0123456789abcdefgh';
export const REPORT_SECRET = 'rEpOrT-secret_of-this-machine-0123456789abcdef';
const MAX_MS = 600_000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const FACTS = {
  'instance-id': INSTANCE,
  'placement/region': REGION,
  'services/domain': 'amazonaws.com',
  mac: MAC,
  'ami-launch-index': '0',
  [`network/interfaces/macs/${MAC}/interface-id`]: INTERFACE,
  'tags/instance/ghr:tenant_id': TENANT,
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
mount -t tmpfs -o mode=755 tmpfs run
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

const PACKED = /^script="\$\(base64 -d <<<'([^']+)' .*\neval "\$script"\n/m;

/** The user data with its script as text instead of packed, so that a scenario can change a line of it. */
const unpacked = (text) =>
  text.replace(PACKED, (_, script) => gunzipSync(Buffer.from(script, 'base64')).toString('utf8'));

/**
 * Boots a machine with the user data and waits until it has called `shutdown`. Returns what the machine API saw, the
 * runner's report and the console.
 *
 * @param scenario `system` (a key of SYSTEMS), `runner` (a behaviour, or null for an image without it), `facts`, `api`
 *   (as for {@link machineApi}), `env`, `files`, `disk` (size of the disk that holds the runner), `prepare` (shell, run
 *   in the system before it boots), `during` (shell, in the system's folder; `$script` is the process, `$CONTROL` this
 *   side), `alter` (the unpacked text, changed)
 */
export async function boot(text, root, scenario) {
  const {
    system,
    runner = 'job',
    version,
    facts = {},
    api = {},
    env = {},
    files = {},
    disk = '',
    prepare = '',
    during = '',
    alter,
  } = scenario;
  const base = mkdtempSync(join(tmpdir(), 'machine-'));
  const seen = { output: '', shutdowns: [], runner: {}, downloads: [] };
  let ended;
  let before;
  let userData;
  const shutdown = new Promise((done) => (ended = done));
  const machine = machineApi({
    instanceId: INSTANCE,
    secret: CLAIM_SECRET,
    reportSecret: REPORT_SECRET,
    config: CONFIG,
    tenantId: Number(TENANT),
    ...api,
  });
  const metadata = await listen(metadataService({ ...FACTS, ...facts }, () => userData));
  const cloud = await listen(machine.handle);
  const control = await listen(async ({ path, body }) => {
    if (path === '/shutdown') {
      seen.shutdowns.push(body.toString());
      ended();
    }
    if (path === '/reported') return { status: machine.seen.reports.length > 0 ? 200 : 404 };
    const about = /^\/runner\/(\w+)$/.exec(path)?.[1];
    if (about !== undefined) seen.runner[about] = body.toString();
    seen.ranAt ??= about === undefined ? undefined : Date.now();
    if (!path.startsWith('/files/')) return {};
    seen.downloads.push(path.slice('/files/'.length));
    return (await scenario.serve?.(path.slice('/files/'.length), control.url)) ?? { status: 404 };
  });

  before = await scenario.before?.(control.url, cloud.url);
  userData = (alter === undefined ? text : alter(unpacked(text), control.url, before))
    .replace('{{ghr_machine_url}}', `${scenario.address?.(cloud.url) ?? cloud.url}/machine`)
    .replace('{{ghr_claim}}', CLAIM_SECRET);
  const image =
    runner === null ? {} : runnerFiles({ url: control.url, imds: metadata.url, behaviour: runner, version });
  const all = {
    ...SYSTEMS[system],
    'usr/sbin/shutdown':
      "#!/bin/bash\nexec /usr/bin/curl -s --noproxy '*' -o /dev/null " + `--data "$*" "${control.url}/shutdown"\n`,
    'user-data.sh': userData,
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
  const variables = { GHR_IMDS_URL: metadata.url, ...env };
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
  } finally {
    child.kill('SIGKILL');
    await gone;
    for (const server of [metadata, cloud, control, ...(before ? [before] : [])]) await server.close();
    rmSync(base, { recursive: true, force: true });
  }
  return {
    ...seen,
    before,
    api: machine.seen,
    reason: seen.shutdowns[0]?.replace(/^-h now ghr: /, ''),
    secrets: [CONFIG, CLAIM_SECRET, REPORT_SECRET],
  };
}
