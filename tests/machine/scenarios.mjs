import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../terraform/render.mjs';
import { ARCHIVE, LATEST, answerAsGitHub, OLD, gitHub, mirror, newestByGitHub, pinned } from './downloads.mjs';
import { CONFIG, INSTANCE, REGION, REPORT_SECRET, TENANT } from './machine.mjs';
import { startProxy } from './proxy.mjs';

const DAY = 86_400;
const API_HOST = 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com';
const now = () => Math.floor(Date.now() / 1000);
const bootOf = ({ api }) => api.events.filter(({ kind }) => kind === 'boot').at(-1);
const states = ({ api }) => api.events.map(({ kind }) => kind).filter((kind) => kind === 'busy' || kind === 'idle');
const whichRunner = (result) => [bootOf(result).version, bootOf(result).age_days];
const ranJob = ({ runner }) => runner.arguments !== undefined;

/** The invariants of every machine, however it ends. */
export function alwaysHolds(result) {
  assert.ok(result.shutdowns.length > 0, `it never shut down; its console:\n${result.output}`);
  assert.match(result.shutdowns[0], /^-h now ghr: [a-z0-9-]+$/);
  for (const secret of result.secrets) {
    assert.ok(!result.output.includes(secret), 'a secret is on the console');
    assert.ok(!JSON.stringify(result.api.reports).includes(secret), 'a secret is in a report');
  }
  assert.deepEqual(result.api.wrong, [], 'reports that the machine API does not take');
  assert.ok(result.output.length < 200_000, `its console has ${result.output.length} characters`);
  assert.ok(result.api.lines.join('').length < 100_000, 'its log is not bounded');
  assert.ok(result.api.reports.length < 40, `it sent ${result.api.reports.length} reports`);
}

/** The reason is on the console, and in a report once the machine has claimed its configuration. */
function failsWith(reason, { ran = false, claimed = ran } = {}) {
  return (result) => {
    assert.equal(result.reason, reason, result.output);
    if (!claimed) assert.match(result.output, new RegExp(`failed: ${reason} `));
    assert.equal(ranJob(result), ran);
    const ends = result.api.events.filter(({ kind }) => kind === 'end').map((event) => event.reason);
    assert.deepEqual(ends, claimed ? [reason] : []);
    if (claimed)
      assert.ok(
        result.api.lines.some((line) => line.includes(reason)),
        'the reason is not in the log',
      );
  };
}

const later = (seconds) => ({ status: 202, body: JSON.stringify({ retry_after: seconds }) });

const forward = async (url, { method, headers, body }) => {
  const answer = await fetch(url, { method, headers: { 'content-type': headers['content-type'] }, body });
  return { status: answer.status, body: await answer.text() };
};

/** A machine whose image images/install.sh made. */
function baked({ prepare = 'bash /install.sh', gitHubs = newestByGitHub() } = {}) {
  const files = (origin) => ({
    ...gitHubs.files(origin),
    'install.sh': readFileSync(join(ROOT, 'images', 'install.sh'), 'utf8'),
    'my-hooks/job-completed.sh': 'touch /tmp/my-hook-ran\n',
  });
  return { runner: null, prepare, files, serve: gitHubs.serve };
}

const TEMPLATE = join(ROOT, 'modules', 'runners', 'templates', 'user-data.sh.tftpl');

/** The user data as Terraform renders it with `hooks.before_runner`; the plan that all scenarios share has none. */
function withHookBeforeRunner(text, script) {
  const [, block] = /^%\{ if hook_before_runner != "" ~\}\n([\s\S]*?)^%\{ endif ~\}\n/m.exec(
    readFileSync(TEMPLATE, 'utf8'),
  );
  const rendered = block
    .replace('${hook_before_runner}', Buffer.from(script).toString('base64'))
    .replaceAll('$${', '${');
  const start = text.indexOf('\nbegin runner\n');
  assert.ok(start > 0, 'the step "runner" has another name');
  return `${text.slice(0, start)}\n${rendered}${text.slice(start)}`;
}

/** The user data of a module with `network`: what the plan that all scenarios share leaves out. */
function withNetwork(text, { proxy, noProxy = '', certificates = '' }) {
  const template = readFileSync(TEMPLATE, 'utf8');
  const blockOf = (condition) => {
    const pattern = new RegExp(`^%\\{ if ${condition} != "" ~\\}\\n([\\s\\S]*?)^%\\{ endif ~\\}\\n`, 'gm');
    return [...template.matchAll(pattern)].map(([, block]) =>
      block
        .replaceAll('${proxy}', proxy)
        .replaceAll('${no_proxy}', ['localhost', '169.254.169.254', noProxy].filter(Boolean).join())
        .replaceAll('${certificates}', certificates.trim())
        .replaceAll('$${', '${'),
    );
  };
  const [inHelper, exports] = blockOf('proxy');
  const [definition, call] = blockOf('certificates');
  return text
    .replace("    cat <<'HELPER'\n", (line) => `${inHelper}${line}`)
    .replace('\nown_runner() {', () => `\n${definition}own_runner() {`)
    .replace('\nbegin runner\n', () => `\n${exports}${call}begin runner\n`);
}

function withSudo(text) {
  const [, block] = /^%\{ if sudo ~\}\n([\s\S]*?)^%\{ endif ~\}\n/m.exec(readFileSync(TEMPLATE, 'utf8'));
  return text.replace(/^ {2}id runner .*\n/m, (line) => `${line}${block}`);
}

/** @returns the scenarios for both systems; `check` gets what {@link boot} answers */
export const SCENARIOS = [
  {
    name: 'runs one job as an unprivileged user with its own configuration, and shuts down',
    // A job that is over before its start is told is told of with it.
    runner: 'outlasts-its-report',
    version: { name: '2.336.0', since: now() - 3 * DAY },
    timed: true,
    env: { GHR_REPORT_SECONDS: '600' },
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.deepEqual(result.runner.arguments.trim().split('\n'), ['runner', 'run', '--jitconfig', CONFIG]);
      assert.deepEqual(whichRunner(result), ['2.336.0', 3]);
      assert.deepEqual(Object.keys(bootOf(result).timings), ['metadata', 'runner', 'claim']);
      assert.deepEqual(
        result.api.events.map(({ kind, reason }) => reason ?? kind),
        ['boot', 'busy', 'idle', 'job-done'],
      );
      const kinds = result.api.reports.map((events) => events.map(({ kind }) => kind).filter((kind) => kind !== 'log'));
      assert.deepEqual(kinds, [
        ['boot', 'busy'],
        ['idle', 'end'],
      ]);
      const after = (_, index) => (index === 0 ? '' : `after-${index}`);
      assert.deepEqual(result.api.states, result.api.reports.map(after), 'what it says that it has reported');
      assert.deepEqual(result.shutdowns, ['-h now ghr: job-done']);
    },
  },
  {
    name: 'claims its configuration once, and before the job starts',
    runner: 'notes-its-start',
    check: ({ api, runner }) => {
      assert.equal(api.claims.length, 1);
      assert.match(api.claims[0].nonce, /^[A-Za-z0-9_-]{32}$/);
      assert.ok(api.claims[0].at < Number(runner.started));
    },
  },
  {
    name: 'gives the job neither root’s environment nor a secret in a list of processes',
    env: { OF_ROOT: 'a-value-of-root' },
    check: ({ runner, secrets: [, ...secrets] }) => {
      assert.doesNotMatch(runner.environment, /a-value-of-root|AWS_|GHR_/);
      assert.match(runner.environment, /^USER=runner$/m);
      for (const secret of secrets) assert.ok(!runner.processes.includes(secret));
    },
  },
  {
    name: 'reports boot and runner as lines, with quotes, backslashes and foreign letters whole',
    check: ({ api }) => {
      assert.ok(api.lines.includes('a "quoted" \\\\ line with ünicode'));
      for (const part of ['step runner took', 'Running job: build', 'shutting down: job-done'])
        assert.ok(
          api.lines.some((line) => line.includes(part)),
          part,
        );
      assert.equal(new Set(api.lines).size, api.lines.length, 'a line was sent twice');
    },
  },
  {
    name: 'reports no lines where logs are off',
    alter: (text) => text.replace(" send_log '1'", " send_log ''"),
    check: ({ reason, api }) => {
      assert.equal(reason, 'job-done');
      assert.deepEqual(api.lines, []);
      assert.deepEqual(api.events.at(-1), { ...api.events.at(-1), kind: 'end', reason: 'job-done' });
    },
  },
  {
    name: 'waits for a configuration that comes late, as long as it is told',
    api: { before: [later(1), later(1), { status: 503 }, { body: '<html>' }] },
    check: ({ reason, api, output }) => {
      assert.equal(reason, 'job-done', output);
      assert.equal(api.claims.length, 5);
      assert.ok(api.claims[1].at - api.claims[0].at >= 1000, 'it did not wait');
      assert.equal(new Set(api.claims.map(({ nonce }) => nonce)).size, 1);
    },
  },
  {
    name: 'waits in a pool with everything done that needs no tenant, and asks again at once',
    // Longer than it may wait for a configuration otherwise.
    env: { GHR_CLAIM_SECONDS: '2' },
    api: { before: Array.from({ length: 8 }, () => ({ status: 202, body: '{"retry_after":1,"blank":true}' })) },
    check: (result) => {
      assert.ok(ranJob(result));
      const { claims } = result.api;
      assert.equal(claims.length, 9);
      assert.equal(new Set(claims.map(({ nonce }) => nonce)).size, 1);
      assert.match(result.output, /waiting in the pool for a job/);
      result.bound = { from: claims.at(-2).at, to: result.ranAt };
    },
  },
  {
    name: 'ends when the pool is gone while it waits',
    api: { before: [{ status: 202, body: '{"retry_after":1,"blank":true}' }, { status: 403 }] },
    check: failsWith('claim-refused'),
  },
  {
    name: 'repeats a claim whose answer was lost, with its nonce',
    api: { before: ['lost'] },
    check: ({ reason, api, output }) => {
      assert.equal(reason, 'job-done', output);
      assert.equal(api.claims.length, 2);
      assert.equal(api.claims[0].nonce, api.claims[1].nonce);
    },
  },
  {
    name: 'honours a 429 with its pause',
    api: { before: [{ status: 429, headers: { 'retry-after': '2' } }] },
    check: ({ reason, api, output }) => {
      assert.equal(reason, 'job-done', output);
      assert.ok(api.claims[1].at - api.claims[0].at >= 2000, 'it did not wait');
    },
  },
  {
    name: 'ends when its claim is refused',
    api: { before: [{ status: 403, body: '{"message":"This launch is over."}' }] },
    check: (result) => {
      failsWith('claim-refused')(result);
      assert.match(result.output, /This launch is over\./);
      assert.equal(result.api.claims.length, 1);
    },
  },
  {
    name: 'ends when no configuration comes',
    api: { before: Array.from({ length: 99 }, () => later(1)) },
    env: { GHR_CLAIM_SECONDS: '1' },
    check: failsWith('claim-timeout'),
  },
  {
    name: 'ends when the machine API can’t be reached',
    address: () => 'http://127.0.0.1:9',
    env: { GHR_CLAIM_SECONDS: '1' },
    check: (result) => {
      failsWith('claim-timeout')(result);
      assert.match(result.output, /no configuration from http:\/\/127\.0\.0\.1:9\/machine .* HTTP 000 curl: /);
    },
  },
  {
    name: 'ends when the metadata service does not answer',
    facts: { 'instance-id': undefined },
    check: failsWith('metadata'),
  },
  {
    name: 'runs the job although no report is taken',
    api: { reports: 503 },
    check: ({ reason, output }) => assert.equal(reason, 'job-done', output),
  },
  {
    name: 'stops reporting when it is refused',
    api: { reports: 403 },
    check: ({ reason, api, output }) => {
      assert.equal(reason, 'job-done', output);
      assert.equal(api.reports.length, 1);
    },
  },
  {
    name: 'takes the runner from a pinned address, checks its digest, and installs what is missing',
    runner: null,
    ...mirror,
    alter: (text, url) => pinned(text, `${url}/files/${ARCHIVE}`),
    during:
      'until [ -s var/log/packages ]; do sleep 0.1; done; curl -s --data-binary @var/log/packages ' +
      '"$CONTROL/runner/packages"',
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.deepEqual(result.downloads, [ARCHIVE]);
      const dnf = 'dnf install -y -q libicu git';
      const apt = 'apt-get update -q\napt-get install -yq --no-install-recommends libicu-dev git';
      assert.match(result.runner.packages, new RegExp(`^(${dnf}|${apt})$`, 'm'));
    },
  },
  {
    name: 'ends before it asks for its configuration when the digest is another',
    runner: null,
    ...mirror,
    alter: (text, url) => pinned(text, `${url}/files/${ARCHIVE}`, '0'.repeat(64)),
    check: (result) => {
      failsWith('checksum')(result);
      assert.ok(result.api.claims.length === 0);
    },
  },
  {
    name: 'ends when there is no runner to download',
    runner: null,
    alter: (text, url) => pinned(text, `${url}/files/missing.tar.gz`),
    check: failsWith('download'),
  },
  {
    name: 'takes the newest release where none is pinned, by the digest of GitHub’s API',
    runner: null,
    ...newestByGitHub(),
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.deepEqual(whichRunner(result), [LATEST, 0]);
      assert.doesNotMatch(result.output, /only TLS/);
    },
  },
  {
    name: 'ends when the newest release has another digest than GitHub’s API says',
    runner: null,
    ...newestByGitHub({ digest: '1'.repeat(64) }),
    check: failsWith('checksum'),
  },
  {
    name: 'replaces a runner in the image that is too old',
    version: { name: '2.300.0', since: now() - 40 * DAY },
    ...newestByGitHub(),
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.deepEqual(whichRunner(result), [LATEST, 0]);
    },
  },
  {
    name: 'tries an old runner where no newer one can be had',
    version: { name: '2.300.0', since: now() - 40 * DAY },
    ...gitHub(() => ({ status: 404 })),
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.equal(bootOf(result).age_days, 40);
    },
  },
  {
    name: 'keeps the image’s runner while it is GitHub’s newest, however long ago it was released',
    version: { name: LATEST, since: now() - 40 * DAY },
    ...newestByGitHub(),
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.deepEqual(whichRunner(result), [LATEST, 0]);
      assert.ok(!result.downloads.some((path) => path.endsWith('.tar.gz')), 'it was downloaded again');
    },
  },
  {
    name: 'counts the age of a runner from its release, not from the day it was baked into the image',
    ...baked({ prepare: `RUNNER_VERSION=${OLD} bash /install.sh` }),
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.match(result.output, /of a release 40\d days ago/);
      assert.deepEqual(whichRunner(result), [LATEST, 0]);
    },
  },
  {
    name: 'believes the files of a runner more than a note that is younger than they are',
    ...baked({
      prepare: `RUNNER_VERSION=${OLD} bash /install.sh && echo "${OLD} $(date +%s)" >/opt/actions-runner/.ghr-image`,
    }),
    check: (result) => assert.match(result.output, /of a release 40\d days ago/),
  },
  {
    name:
      'takes the newest runner when GitHub refuses the image’s (exit code 7), and runs the job with the same ' +
      'configuration',
    runner: 'deprecated',
    version: { name: '2.339.0', since: now() - 2 * DAY },
    ...newestByGitHub(),
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.deepEqual(result.runner.arguments.trim().split('\n'), ['runner', 'run', '--jitconfig', CONFIG]);
      assert.deepEqual(whichRunner(result), [LATEST, 0]);
    },
  },
  {
    name: 'takes the newest runner once, and ends when GitHub refuses that too',
    runner: 'deprecated',
    version: { name: '2.339.0', since: now() - 2 * DAY },
    ...newestByGitHub({ newest: { behaviour: 'deprecated' } }),
    check: (result) => {
      failsWith('runner-deprecated', { ran: true })(result);
      assert.equal(result.downloads.filter((path) => path.endsWith('.tar.gz')).length, 1);
    },
  },
  {
    name: 'boots from what images/install.sh made, without a download or a change of owner',
    ...baked({ prepare: 'HOOKS_DIR=/my-hooks bash /install.sh && rm /usr/local/bin/curl && touch /baked && sleep 1' }),
    during:
      'until [ -e tmp/my-hook-ran ]; do sleep 0.1; done; curl -s --data "$(find opt -newer baked -user ' +
      'root; cat opt/actions-runner/.ghr-image)" "$CONTROL/runner/image"',
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.match(result.output, new RegExp(`tag the image with ghr:runner_version=${LATEST}`));
      assert.deepEqual(whichRunner(result), [LATEST, 3]);
      assert.equal(
        result.downloads.filter((name) => name.endsWith(ARCHIVE)).length,
        1,
        'it was downloaded again at boot',
      );
      assert.match(result.runner.image, new RegExp(`^${LATEST} \\d+$`));
    },
  },
  {
    name: 'gets no image whose runner has another digest than GitHub says',
    ...baked({
      prepare: 'bash /install.sh; [ $? -ne 0 ] && [ ! -e /opt/actions-runner ]',
      gitHubs: newestByGitHub({ digest: '1'.repeat(64) }),
    }),
    check: (result) => assert.match(result.output, /does not have the digest 1111/),
  },
  {
    name: 'ends when GitHub no longer takes this version (exit code 7) and no other can be had',
    runner: 'deprecated',
    ...gitHub(() => ({ status: 404 })),
    check: failsWith('runner-deprecated', { ran: true }),
  },
  { name: 'ends when the runner gets no job', runner: 'no-job', check: failsWith('no-job', { ran: true }) },
  {
    name: 'ends when the runner can’t be started',
    runner: 'broken',
    check: failsWith('runner-exit-3', { claimed: true }),
  },
  { name: 'ends when the disk is full before the job', disk: '100m', check: failsWith('disk-full') },
  {
    name: 'ends when the job fills the disk',
    runner: 'fill-disk',
    disk: '300m',
    check: failsWith('disk-full', { ran: true }),
  },
  {
    name: 'ends when a hook of the image fails',
    files: { 'opt/ghr/hooks/job-started.sh': 'echo no; exit 9\n' },
    check: (result) => {
      failsWith('hook-error', { ran: true })(result);
      assert.equal(result.runner.processes, undefined, 'the job ran');
    },
  },
  {
    name: 'runs hooks that the module was given',
    alter: (text) =>
      text.replace(
        "write_hook job-completed.sh idle ''",
        `write_hook job-completed.sh idle '${Buffer.from('exit 5').toString('base64')}'`,
      ),
    check: failsWith('hook-error', { ran: true }),
  },
  {
    name: 'reaches GitHub and the machine API by a proxy alone, and trusts the certificates that it was given',
    runner: null,
    address: () => `https://${API_HOST}`,
    before: (origin, api) =>
      startProxy(['github.com', 'api.github.com', API_HOST], (address, request) =>
        address.startsWith(API_HOST)
          ? forward(`${api}${address.slice(API_HOST.length)}`, request)
          : answerAsGitHub(address, origin, { host: 'https://' }),
      ),
    alter: (text, _, { url, authority }) => withNetwork(text, { proxy: url, certificates: authority }),
    check: (result) => {
      const { before, runner } = result;
      assert.equal(result.reason, 'job-done', result.output);
      assert.match(runner.environment, new RegExp(`^https_proxy=${before.url}$`, 'm'));
      assert.match(runner.environment, /^no_proxy=localhost,169\.254\.169\.254,\.amazonaws\.com$/m);
      assert.match(runner.environment, /^NODE_EXTRA_CA_CERTS=/m);
      assert.deepEqual([...new Set(before.tunnelled)].sort(), [
        `${API_HOST}:443`,
        'api.github.com:443',
        'github.com:443',
      ]);
      assert.equal(result.api.events.at(-1)?.reason, 'job-done');
    },
  },
  {
    name: 'reaches the machine API without the proxy where the module says so',
    alter: (text) => withNetwork(text, { proxy: 'http://127.0.0.1:9', noProxy: '127.0.0.1' }),
    check: ({ reason, api, output }) => {
      assert.equal(reason, 'job-done', output);
      assert.equal(api.events.at(-1)?.reason, 'job-done');
    },
  },
  {
    name: 'ends when its certificates can’t be installed',
    files: { 'usr/local/bin/update-ca-certificates': '#!/bin/bash\nexit 1\n' },
    alter: (text) => withNetwork(text, { proxy: 'http://127.0.0.1:9' }),
    check: failsWith('certificates'),
  },
  {
    name: 'runs the hook before the runner as root, with what it needs to know',
    alter: (text) =>
      withHookBeforeRunner(text, 'echo "hook of $(id -un): $GHR_TENANT_ID $GHR_INSTANCE_ID $AWS_REGION"'),
    check: ({ reason, output }) => {
      assert.equal(reason, 'job-done', output);
      assert.match(output, new RegExp(`hook of root: ${TENANT} ${INSTANCE} ${REGION}`));
    },
  },
  {
    name: 'ends before it asks for its configuration when the hook before the runner fails',
    alter: (text) => withHookBeforeRunner(text, 'exit 6'),
    check: (result) => {
      failsWith('hook-error')(result);
      assert.ok(result.api.claims.length === 0);
    },
  },
  {
    name: 'ends a job that takes too long',
    runner: 'hang',
    env: { GHR_JOB_SECONDS: '2' },
    check: failsWith('time-limit', { ran: true }),
  },
  {
    name: 'counts the time of a job from its start, however long the runner waited for it',
    runner: 'late',
    env: { GHR_JOB_SECONDS: '4' },
    check: ({ reason, output }) => assert.equal(reason, 'job-done', output),
  },
  {
    name: 'has sudo for its jobs where the module was told so',
    // The plan that all scenarios share has none.
    alter: (text) => withSudo(text),
    files: { 'etc/sudoers.d/README': '' },
    during:
      'until [ -s etc/sudoers.d/ghr-runner ]; do sleep 0.1; done; curl -s --data-binary ' +
      '@etc/sudoers.d/ghr-runner "$CONTROL/runner/sudo"',
    check: ({ reason, runner, output }) => {
      assert.equal(reason, 'job-done', output);
      assert.equal(runner.sudo.trim(), 'runner ALL=(ALL) NOPASSWD:ALL');
    },
  },
  {
    name: 'has no sudo for its jobs otherwise',
    files: { 'etc/sudoers.d/README': '' },
    during:
      'until [ -e tmp/job-runs ] || [ -e run/ghr/private/ended ]; do sleep 0.1; done; curl -s --data "$(ls ' +
      'etc/sudoers.d)" "$CONTROL/runner/sudo"',
    check: ({ reason, runner, output }) => {
      assert.equal(reason, 'job-done', output);
      assert.doesNotMatch(runner.sudo ?? '', /ghr-runner/);
    },
  },
  {
    name: 'ends when it is told to stop',
    runner: 'hang',
    during: 'until [ -e tmp/job-runs ]; do sleep 0.1; done; kill -TERM "$script"',
    check: failsWith('told-to-stop', { ran: true }),
  },
  {
    name: 'is ended by its watchdog when the script dies',
    runner: 'hang',
    during: 'until [ -e tmp/job-runs ]; do sleep 0.1; done; kill -KILL "$script"',
    check: failsWith('script-died', { ran: true }),
  },
  {
    name: 'is ended by its watchdog when the script hangs',
    runner: 'hang',
    env: { GHR_WATCHDOG_SECONDS: '12' },
    during: 'until [ -e tmp/job-runs ]; do sleep 0.1; done; kill -STOP "$script"',
    check: failsWith('time-limit', { ran: true }),
  },
  {
    name: 'reports its boot although no job comes',
    runner: 'waits',
    env: { GHR_REPORT_SECONDS: '1', GHR_WATCHDOG_SECONDS: '12' },
    check: ({ api }) => {
      assert.equal(api.reports.flat().find(({ kind }) => kind !== 'log')?.kind, 'boot');
      assert.ok(api.reports.length > 1, 'it waited for its end');
    },
  },
  {
    name: 'is ended by its watchdog when its boot hangs',
    files: { 'usr/local/bin/useradd': '#!/bin/bash\nexec sleep 1000\n' },
    env: { GHR_BOOT_SECONDS: '4' },
    check: ({ reason, runner }) => {
      assert.equal(reason, 'time-limit');
      assert.equal(runner.arguments, undefined);
    },
  },
  {
    name: 'ends although its programs hang at the end',
    files: Object.fromEntries(
      ['df', 'curl'].map((name) => [
        `usr/local/bin/${name}`,
        `#!/bin/bash\n[ ! -e /run/ghr/private/ending ] || sleep 1000\nexec /usr/bin/${name} "$@"\n`,
      ]),
    ),
    check: ({ reason, output }) => assert.equal(reason, 'job-done', output),
  },
  {
    name: 'is ended by its watchdog when its end hangs',
    files: {
      'usr/local/bin/df': '#!/bin/bash\n[ ! -e /run/ghr/private/ending ] || sleep 1000\nexec /usr/bin/df "$@"\n',
    },
    env: { GHR_END_SECONDS: '1' },
    check: failsWith('time-limit', { ran: true }),
  },
  ...['a-pipe', 'a-link', 'a-linked-folder', 'an-endless-device', 'a-sparse-file', 'a-growing-file'].map((what) => ({
    name: `ends whatever its job left for it to read: leaves-${what}`,
    runner: `leaves-${what}`,
    check: (result) => {
      failsWith('runner-deprecated', { ran: true })(result);
      assert.equal(result.output.includes('the end of it'), what === 'a-sparse-file');
    },
  })),
  {
    name: 'ends what its job left running, and knows that the job had started',
    runner: 'leaves-processes',
    check: ({ reason, output }) => assert.equal(reason, 'job-done', output),
  },
  {
    name: 'has nothing in its user data that a job can use',
    runner: 'claims-again',
    check: ({ reason, api, runner, output }) => {
      assert.equal(reason, 'job-done', output);
      const [claim, ofTheJob] = api.claims;
      assert.equal(ofTheJob.secret, claim.secret, 'the job did not find it');
      assert.equal(runner.claimed, '{"message":"This claim is refused."} 403\n 403\n');
      assert.doesNotMatch(runner.role, /[Aa]ccess/);
    },
  },
  {
    name: 'shows its secrets to root alone',
    runner: 'looks-for-secrets',
    check: ({ reason, runner, output }) => {
      assert.equal(reason, 'job-done', output);
      assert.match(runner.found, /private\/secret: Permission denied/);
      assert.match(runner.found, /hooks: Permission denied/);
      assert.match(runner.found, /pipe: still/);
      assert.ok(!runner.found.includes(REPORT_SECRET));
    },
  },
  {
    name: 'bounds its reports, its log and its console, however much its job writes',
    runner: 'floods',
    check: ({ reason, api, output }) => {
      assert.equal(reason, 'job-done', output);
      assert.ok(states({ api }).length <= 20, `${states({ api }).length} reports of a state`);
    },
  },
];
