// Runs the user data of a plan as a machine would, but with metadata, AWS, runner and shutdown of ours.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, beforeEach, afterEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { PREFIX, planOnce, resource } from './render.mjs';

const run = promisify(execFile);
const PARAMETER = `/${PREFIX}/tenants/77/runners/i-0abc`;
const METADATA = { 'instance-id': 'i-0abc', 'placement/region': 'us-east-1', 'tags/instance/ghr:tenant_id': '77' };

// `id` answers as for an ordinary user: as root the script would make a user on the machine that tests it.
const STUBS = {
  id: 'echo 1000',
  shutdown: 'echo "shutdown $*" >>"$LOG"',
  aws: `echo "aws $*" >>"$LOG"
case "$2" in
  get-parameter)
    if [ "$(grep -c get-parameter "$LOG")" -gt "$MISSES" ]; then echo the-configuration; exit 0; fi
    echo 'An error occurred (AccessDeniedException)' >&2; exit 254 ;;
  delete-parameter) exit "$DELETE_CODE" ;;
esac`,
};
const RUNNER = 'echo "run.sh $*" >>"$LOG"; echo "hook $ACTIONS_RUNNER_HOOK_JOB_STARTED" >>"$LOG"; "$ACTIONS_RUNNER_HOOK_JOB_STARTED"; exit "${RUNNER_CODE:-0}"';

function executable(file, text) {
  writeFileSync(file, `#!/bin/bash\n${text}\n`);
  chmodSync(file, 0o755);
}

async function listen(handler) {
  const server = createServer(handler);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => server.close(done)) };
}

const listenAsMetadata = (facts) =>
  listen((request, response) => {
    request.resume();
    if (request.method === 'PUT') return response.end('a-token');
    const fact = request.headers['x-aws-ec2-metadata-token'] === 'a-token' ? facts[request.url.replace('/latest/meta-data/', '')] : undefined;
    return response.writeHead(fact === undefined ? 404 : 200).end(fact);
  });

describe('user data', () => {
  let script;
  let folder;
  let servers;

  before(async () => {
    const { user_data: encoded } = resource(await planOnce(), 'module.runners.aws_launch_template.tier["small"]');
    script = Buffer.from(encoded, 'base64').toString('utf8');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'machine-'));
    servers = [];
    for (const name of ['bin', 'runner']) mkdirSync(join(folder, name));
    for (const [name, text] of Object.entries(STUBS)) executable(join(folder, 'bin', name), text);
    executable(join(folder, 'runner', 'run.sh'), RUNNER);
    writeFileSync(join(folder, 'log'), '');
  });
  afterEach(async () => {
    for (const server of servers) await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const serve = async (server) => {
    servers.push(await server);
    return servers.at(-1).url;
  };
  const log = () => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
  /** Without the tag that is written beside the job, at any time. */
  const calls = () => log().filter((line) => !line.includes('ghr:state') && !line.startsWith('hook'));

  async function boot({ text = script, metadata = METADATA, ...variables } = {}) {
    writeFileSync(join(folder, 'user-data.sh'), text);
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      TMPDIR: folder,
      LOG: join(folder, 'log'),
      MISSES: '0',
      DELETE_CODE: '0',
      GHR_IMDS_URL: await serve(listenAsMetadata(metadata)),
      GHR_RUNNER_DIR: join(folder, 'runner'),
      ...variables,
    };
    const child = spawn('bash', [join(folder, 'user-data.sh')], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const code = await new Promise((done) => child.on('exit', done));
    return { code, output };
  }

  it('fits into 16 KB and is sound bash', async () => {
    assert.ok(Buffer.byteLength(script) < 16 * 1024, `${Buffer.byteLength(script)} bytes`);
    writeFileSync(join(folder, 'user-data.sh'), script);
    await run('bash', ['-n', join(folder, 'user-data.sh')]);
  });

  it('reads its own parameter, deletes it, runs one job with it, and shuts down', async () => {
    const { code, output } = await boot();
    assert.equal(code, 0, output);
    assert.deepEqual(calls(), [
      `aws ssm get-parameter --name ${PARAMETER} --with-decryption --query Parameter.Value --output text`,
      `aws ssm delete-parameter --name ${PARAMETER}`,
      'run.sh --jitconfig the-configuration',
      'shutdown -h now',
    ]);
  });

  it('prints no configuration', async () => {
    const { output } = await boot();
    assert.doesNotMatch(output, /the-configuration/);
  });

  it('waits for a parameter that comes late', async () => {
    const { code } = await boot({ MISSES: '2' });
    assert.equal(code, 0);
    assert.equal(log().filter((line) => line.includes('get-parameter')).length, 3);
  });

  it('shuts down without a job when no parameter ever comes, and says where it failed', async () => {
    const { code, output } = await boot({ MISSES: '999', GHR_CONFIG_WAIT_SECONDS: '2' });
    assert.equal(code, 1);
    assert.match(output, /no configuration in .*\/i-0abc after 2 s: .*AccessDeniedException/);
    assert.deepEqual(log().filter((line) => line.startsWith('run.sh')), []);
    assert.deepEqual(calls().slice(-2), ['aws ec2 create-tags --resources i-0abc --tags Key=ghr:boot,Value=failed at configuration with 1', 'shutdown -h now']);
  });

  it('runs the job although the parameter can’t be deleted', async () => {
    const { code, output } = await boot({ DELETE_CODE: '1' });
    assert.equal(code, 0);
    assert.match(output, /could not delete/);
    assert.ok(log().includes('run.sh --jitconfig the-configuration'));
  });

  it('shuts down when the runner fails, and tags the machine with its code', async () => {
    const { code } = await boot({ RUNNER_CODE: '7' });
    assert.equal(code, 7);
    assert.deepEqual(calls().slice(-2), ['aws ec2 create-tags --resources i-0abc --tags Key=ghr:boot,Value=failed at job with 7', 'shutdown -h now']);
  });

  it('shuts down when the metadata names no tenant', async () => {
    const { code } = await boot({ metadata: { 'instance-id': 'i-0abc', 'placement/region': 'us-east-1' } });
    assert.notEqual(code, 0);
    assert.equal(calls().at(-1), 'shutdown -h now');
    assert.equal(log().filter((line) => line.includes('get-parameter')).length, 0);
  });

  it('tags the machine as busy when its job starts', async () => {
    await boot();
    const wanted = 'aws ec2 create-tags --resources i-0abc --tags Key=ghr:state,Value=busy';
    for (let tries = 0; tries < 100 && !log().includes(wanted); tries += 1) await new Promise((done) => setTimeout(done, 20));
    assert.ok(log().includes(wanted), log().join('\n'));
  });

  describe('on an image without the runner', () => {
    let archive;
    let url;

    before(async () => {
      const source = mkdtempSync(join(tmpdir(), 'runner-'));
      executable(join(source, 'run.sh'), RUNNER);
      await run('tar', ['-czf', join(source, 'runner.tar.gz'), '-C', source, 'run.sh']);
      archive = readFileSync(join(source, 'runner.tar.gz'));
      rmSync(source, { recursive: true, force: true });
    });
    beforeEach(async () => {
      rmSync(join(folder, 'runner'), { recursive: true });
      url = `${await serve(listen((request, response) => response.end(archive)))}/runner.tar.gz`;
    });

    const pinned = (digest) => script.replace("binary_url=''", `binary_url='${url}'`).replace("binary_sha256=''", `binary_sha256='${digest}'`);

    it('downloads it and runs the job', async () => {
      const { code, output } = await boot({ text: pinned(createHash('sha256').update(archive).digest('hex')) });
      assert.equal(code, 0, output);
      assert.ok(log().includes('run.sh --jitconfig the-configuration'));
    });

    it('refuses a file with another digest, before it asks for its configuration', async () => {
      const { code, output } = await boot({ text: pinned('0'.repeat(64)) });
      assert.equal(code, 1);
      assert.match(output, /does not have the digest/);
      assert.equal(existsSync(join(folder, 'runner', 'run.sh')), false);
      assert.deepEqual(calls(), ['aws ec2 create-tags --resources i-0abc --tags Key=ghr:boot,Value=failed at runner with 1', 'shutdown -h now']);
    });
  });

});
