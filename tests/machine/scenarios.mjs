import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../terraform/render.mjs';
import { ARCHIVE, LATEST, answerAsGitHub, OLD, gitHub, mirror, newestByGitHub, pinned } from './downloads.mjs';
import { CONFIG, INSTANCE, REGION, TENANT } from './machine.mjs';
import { startProxy } from './proxy.mjs';
import { CA_PARAMETER } from './stubs/aws.mjs';

const DAY = 86_400;
const now = () => Math.floor(Date.now() / 1000);
const bootTag = ({ aws }) => aws.tags.filter(([key]) => key === 'ghr:boot').at(-1)?.[1];
const states = ({ aws }) => aws.tags.filter(([key]) => key === 'ghr:state').map(([, value]) => value);
const ranJob = ({ runner }) => runner.arguments !== undefined;

/** The invariants of every machine, however it ends. */
export function alwaysHolds(result) {
  assert.ok(result.shutdowns.length > 0, `it never shut down; its console:\n${result.output}`);
  assert.match(result.shutdowns[0], /^-h now ghr: [a-z0-9-]+$/);
  for (const secret of result.secrets) {
    assert.ok(!result.output.includes(secret), 'a secret is on the console');
    assert.ok(!result.aws.lines.join('\n').includes(secret), 'a secret is in the log');
  }
  assert.deepEqual(
    result.aws.refused.filter((type) => type !== 'AccessDeniedException'),
    [],
    'AWS refused a call',
  );
}

function failsWith(reason, { ran = false, tagged = true } = {}) {
  return (result) => {
    assert.equal(result.reason, reason, result.output);
    if (tagged)
      assert.ok(
        result.aws.tags.some(([key, value]) => key === 'ghr:boot' && new RegExp(`^failed:${reason}\\b`).test(value)),
        'the reason is not in the tag',
      );
    assert.equal(ranJob(result), ran);
    if (tagged)
      assert.ok(
        result.aws.lines.some((line) => line.includes(reason)),
        'the reason is not in the log',
      );
  };
}

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
function withNetwork(text, proxy) {
  const template = readFileSync(TEMPLATE, 'utf8');
  const blockOf = (condition) => {
    const pattern = new RegExp(`^%\\{ if ${condition} != "" ~\\}\\n([\\s\\S]*?)^%\\{ endif ~\\}\\n`, 'gm');
    return [...template.matchAll(pattern)].map(([, block]) => rendered(block, proxy));
  };
  const [exports] = blockOf('proxy');
  const [definition, call] = blockOf('ca_parameter');
  return text
    .replace('\nown_runner() {', `\n${definition}own_runner() {`)
    .replace('\nbegin runner\n', `\n${exports}${call}begin runner\n`);
}

const rendered = (block, proxy) =>
  block
    .replaceAll('${proxy}', proxy)
    .replaceAll('${no_proxy}', 'localhost,127.0.0.1,169.254.169.254')
    .replaceAll('${ca_parameter}', CA_PARAMETER)
    .replaceAll('$${', '${');

function withSudo(text) {
  const [, block] = /^%\{ if sudo ~\}\n([\s\S]*?)^%\{ endif ~\}\n/m.exec(readFileSync(TEMPLATE, 'utf8'));
  return text.replace('  chown runner: "$dir/job"\n', (line) => `${line}${block}`);
}

/** @returns the scenarios for both systems; `check` gets what {@link boot} answers */
export const SCENARIOS = [
  {
    name: 'runs one job as an unprivileged user with its own configuration, and shuts down',
    version: { name: '2.336.0', since: now() - 3 * DAY },
    timed: true,
    settled: ({ tags }) => tags.length === 3,
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.deepEqual(result.runner.arguments.trim().split('\n'), ['runner', 'run', '--jitconfig', CONFIG]);
      assert.match(bootTag(result), /^ok metadata=\d+ms runner=\d+ms configuration=\d+ms version=2\.336\.0 age=3$/);
      assert.deepEqual(states(result), ['busy', 'idle']);
      assert.deepEqual(result.shutdowns, ['-h now ghr: job-done']);
    },
  },
  {
    name: 'deletes its configuration before the job starts, and reads it once',
    check: ({ aws }) =>
      assert.deepEqual(
        aws.calls.filter((name) => name.endsWith('Parameter')),
        ['GetParameter', 'DeleteParameter'],
      ),
  },
  {
    name: 'gives the job neither root’s environment nor the role’s credentials in a list of processes',
    env: { OF_ROOT: 'a-value-of-root' },
    check: ({ runner, secrets: [, ...credentials] }) => {
      assert.doesNotMatch(runner.environment, /a-value-of-root|AWS_|GHR_/);
      assert.match(runner.environment, /^USER=runner$/m);
      for (const secret of credentials) assert.ok(!runner.processes.includes(secret));
    },
  },
  {
    name: 'sends boot and runner to its own stream, with quotes, backslashes and foreign letters whole',
    check: ({ aws }) => {
      assert.equal(aws.stream, INSTANCE);
      assert.ok(aws.lines.includes('a "quoted" \\\\ line with ünicode'));
      for (const part of ['step runner took', 'Running job: build', 'shutting down: job-done'])
        assert.ok(
          aws.lines.some((line) => line.includes(part)),
          part,
        );
      assert.equal(new Set(aws.lines).size, aws.lines.length, 'a line was sent twice');
    },
  },
  {
    name: 'sends no logs where they are off',
    alter: (text) => text.replace(/^readonly log_group='.*'$/m, "readonly log_group=''"),
    check: ({ reason, aws }) => {
      assert.equal(reason, 'job-done');
      assert.ok(!aws.calls.some((name) => name.includes('Log')));
    },
  },
  {
    name: 'waits for a configuration that comes late',
    aws: { misses: 3 },
    check: ({ reason, aws }) => {
      assert.equal(reason, 'job-done');
      assert.equal(aws.calls.filter((name) => name === 'GetParameter').length, 4);
    },
  },
  {
    name: 'ends when no configuration comes',
    aws: { misses: 999 },
    env: { GHR_CONFIG_WAIT_SECONDS: '1' },
    check: failsWith('config-timeout'),
  },
  {
    name: 'ends when the metadata service does not answer',
    facts: { 'instance-id': undefined },
    check: failsWith('metadata', { tagged: false }),
  },
  {
    name: 'ends when its tenant is unknown',
    facts: { 'tags/instance/ghr:tenant_id': undefined },
    check: failsWith('no-tenant'),
  },
  {
    name: 'runs the job although neither tags nor logs nor the deletion are taken',
    aws: { refuse: ['CreateTags', 'PutLogEvents', 'DeleteParameter'] },
    check: ({ reason, output }) => {
      assert.equal(reason, 'job-done');
      assert.match(output, /could not delete/);
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
      assert.ok(!result.aws.calls.includes('GetParameter'));
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
      assert.match(bootTag(result), new RegExp(` version=${LATEST} age=0$`));
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
      assert.match(bootTag(result), new RegExp(` version=${LATEST} age=0$`));
    },
  },
  {
    name: 'tries an old runner where no newer one can be had',
    version: { name: '2.300.0', since: now() - 40 * DAY },
    ...gitHub(() => ({ status: 404 })),
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.match(bootTag(result), / age=40$/);
    },
  },
  {
    name: 'keeps the image’s runner while it is GitHub’s newest, however long ago it was released',
    version: { name: LATEST, since: now() - 40 * DAY },
    ...newestByGitHub(),
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.match(bootTag(result), new RegExp(` version=${LATEST} age=0$`));
      assert.ok(!result.downloads.some((path) => path.endsWith('.tar.gz')), 'it was downloaded again');
    },
  },
  {
    name: 'counts the age of a runner from its release, not from the day it was baked into the image',
    ...baked({ prepare: `RUNNER_VERSION=${OLD} bash /install.sh` }),
    check: (result) => {
      assert.equal(result.reason, 'job-done', result.output);
      assert.match(result.output, /of a release 40\d days ago/);
      assert.match(bootTag(result), new RegExp(` version=${LATEST} age=0$`));
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
      assert.match(bootTag(result), new RegExp(` version=${LATEST} age=0$`));
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
      assert.match(bootTag(result), new RegExp(` version=${LATEST} age=3$`));
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
  { name: 'ends when the runner can’t be started', runner: 'broken', check: failsWith('runner-exit-3') },
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
    name: 'reaches GitHub by a proxy alone, and trusts the certificates that it was given',
    runner: null,
    before: (origin) =>
      startProxy(['github.com', 'api.github.com'], (address) => answerAsGitHub(address, origin, { host: 'https://' })),
    alter: (text, _, { url }) => withNetwork(text, url),
    check: (result) => {
      const { before, runner } = result;
      assert.equal(result.reason, 'job-done', result.output);
      assert.match(runner.environment, new RegExp(`^https_proxy=${before.url}$`, 'm'));
      assert.match(runner.environment, /^no_proxy=localhost,127\.0\.0\.1,169\.254\.169\.254,\.amazonaws\.com$/m);
      assert.match(runner.environment, /^NODE_EXTRA_CA_CERTS=/m);
      assert.deepEqual([...new Set(before.tunnelled)].sort(), ['api.github.com:443', 'github.com:443']);
    },
  },
  {
    name: 'ends when its certificates can’t be read',
    alter: (text) => withNetwork(text, 'http://127.0.0.1:9'),
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
      assert.ok(!result.aws.calls.includes('GetParameter'));
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
      'until [ -e tmp/job-runs ] || [ -e run/ghr/ended ]; do sleep 0.1; done; curl -s --data "$(ls ' +
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
];
