// The text of the boot script as machines get it; tests/machine runs it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { PREFIX, plan, planOnce, resource } from './render.mjs';

const LIMIT = 16 * 1024;
const textOf = (json, tier = 'small') =>
  Buffer.from(resource(json, `module.runners.aws_launch_template.tier["${tier}"]`).user_data, 'base64').toString(
    'utf8',
  );
const assertSound = (text) => {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
};

describe('user data', () => {
  let text;
  before(async () => {
    text = textOf(await planOnce());
  });

  it('fits into 16 KB with room for hooks, and is sound bash', () => {
    assert.ok(Buffer.byteLength(text) < LIMIT - 1500, `${Buffer.byteLength(text)} bytes`);
    assertSound(text);
  });

  it('is sound bash in the program that it writes for itself too', () => {
    const [, helper] = /cat <<'HELPER'\n(.*?)\nHELPER\n/s.exec(text);
    assertSound(helper);
  });

  it('starts as a script and leaves its comments at home', () => {
    assert.ok(text.startsWith('#!/bin/bash\n'));
    assert.deepEqual(
      text.split('\n').filter((line) => /^ *#(?!!)/.test(line)),
      [],
    );
  });

  it('is the same for every tenant and holds no secret', () => {
    assert.doesNotMatch(text, /a-secret-of-the-plan-tests|PRIVATE KEY/);
    assert.ok(text.includes(`parameter_root='/${PREFIX}/tenants'`));
    assert.ok(text.includes(`log_group='/${PREFIX}/runners'`));
  });

  describe('with other settings', () => {
    const SETTINGS = `  runner = {
    binaries = { arm64 = { url = "https://mirror.example/runner.tar.gz", sha256 = "${'a'.repeat(64)}" } }
    timeouts = { lifetime = 30 }
    max_age_days = 12
    hooks = { job_started = "echo hello" }
  }
  observability = { runner_logs = false }
  runner_tiers = {
    small = {
      runner_os = "linux", runner_architecture = "x64"
      instance_types = ["t3.medium"], max_runners = 2, labels = ["small"]
    }
    arm = {
      runner_os = "linux", runner_architecture = "arm64"
      instance_types = ["t4g.medium"], max_runners = 2, labels = ["arm"]
    }
  }`;
    let json;
    before(async () => {
      const planned = await plan({ settings: SETTINGS });
      assert.equal(planned.failed, false, planned.output);
      json = planned.json;
    });

    it('names each architecture’s own runner', () => {
      assert.ok(textOf(json, 'arm').includes("architecture='arm64'"));
      assert.ok(textOf(json, 'arm').includes("binary_url='https://mirror.example/runner.tar.gz'"));
      assert.ok(textOf(json, 'small').includes("architecture='x64'"));
      assert.ok(textOf(json, 'small').includes("binary_url=''"));
    });

    it('hands over lifetime, age, hooks and the switch for logs', () => {
      assert.ok(textOf(json).includes('{GHR_JOB_SECONDS:-2400}'));
      assert.ok(textOf(json).includes('max_runner_age_days=12'));
      assert.ok(
        textOf(json).includes(`write_hook job-started.sh busy '${Buffer.from('echo hello').toString('base64')}'`),
      );
      assert.ok(textOf(json).includes("log_group=''"));
    });

    it('makes no log group and grants no writing of logs where logs are off', () => {
      assert.throws(() => resource(json, 'module.runners.aws_cloudwatch_log_group.machines[0]'));
      assert.doesNotMatch(resource(json, 'module.runners.aws_iam_role_policy.runner').policy, /logs:/);
    });
  });

  describe('behind a proxy, with a private authority', () => {
    // A certificate is never looked into at plan.
    const CERTIFICATE = `-----BEGIN CERTIFICATE-----\\n${'MIID'.repeat(300)}\\n-----END CERTIFICATE-----\\n`;
    let json;
    before(async () => {
      const settings = `  github_api_url = "https://api.acme.ghe.com"
  network = { proxy = "http://proxy.example:3128", no_proxy = ["github.example"], ca_bundle = "${CERTIFICATE}" }
  runner = { sudo = true }`;
      const planned = await plan({ settings });
      assert.equal(planned.failed, false, planned.output);
      json = planned.json;
    });

    it('tells each machine the proxy and where its certificates are, and lets it read them', () => {
      const text = textOf(json);
      assertSound(text);
      assert.ok(Buffer.byteLength(text) < LIMIT, `${Buffer.byteLength(text)} bytes`);
      assert.ok(text.includes("export http_proxy='http://proxy.example:3128' https_proxy='http://proxy.example:3128'"));
      assert.ok(text.includes('no_proxy="localhost,127.0.0.1,169.254.169.254,github.example,.$domain"'));
      assert.ok(text.includes(`"Name":"/${PREFIX}/network/ca-bundle"`));
      assert.match(
        resource(json, 'module.runners.aws_iam_role_policy.runner').policy,
        /parameter\/[^"]*\/network\/ca-bundle/,
      );
      assert.ok(text.includes('/etc/sudoers.d/ghr-runner'));
    });
  });

  it('is refused at plan when hooks make it too large', async () => {
    const { failed, output } = await plan({
      settings: `  runner = { hooks = { job_started = "${'echo a line of a hook;'.repeat(200)}" } }`,
    });
    assert.equal(failed, true);
    assert.match(output.replace(/[\s│]+/g, ' '), /bytes, and EC2 allows 16384; shorten the hooks/);
  });
});
