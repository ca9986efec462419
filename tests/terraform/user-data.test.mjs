// The text of the boot script as machines get it; tests/machine runs it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { bootScriptOf, plan, planOnce, resource, userDataOf } from './render.mjs';

/** What EC2 takes, less what a launch puts in place of the placeholders. */
const LIMIT = 16 * 1024 - 256;
const assertSound = (text) => {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
};

/** Programs that reach the network, walk through folders, or touch what a job left: none may run without a limit. */
const UNBOUNDED =
  /(?<!timeout(?: -k 1)? \d+ )\b(dnf install|apt-get|tar -|rm -rf|chown -R|useradd|df -|sha256sum|systemd-run)/;

describe('user data', () => {
  let userData;
  let text;
  before(async () => {
    userData = userDataOf(await planOnce());
    text = bootScriptOf(await planOnce());
  });

  it('fits into 16 KB with room for hooks and certificates, and is sound bash', () => {
    assert.ok(Buffer.byteLength(userData) < LIMIT - 5000, `${Buffer.byteLength(userData)} bytes`);
    assertSound(userData);
    assertSound(text);
  });

  it('is sound bash in the program that it writes for itself too', () => {
    const [, helper] = /cat <<'HELPER'\n(.*?)\nHELPER\n/s.exec(text);
    assertSound(helper);
  });

  it('starts as a script and leaves its comments at home', () => {
    assert.ok(userData.startsWith('#!/bin/bash\n'));
    assert.deepEqual(
      text.split('\n').filter((line) => /^ *#(?!!)/.test(line)),
      [],
    );
  });

  it('is the same for every tenant, holds no secret, and has a place for what a launch adds', () => {
    for (const part of [userData, text]) assert.doesNotMatch(part, /a-secret-of-the-plan-tests|PRIVATE KEY/);
    for (const place of ["machine_url='{{ghr_machine_url}}'", "claim_secret='{{ghr_claim}}'"])
      assert.equal(userData.split(place).length, 2, place);
  });

  it('calls no AWS service, and has no credentials to do so', () => {
    assert.doesNotMatch(text, /sigv4|security-credentials|X-Amz-|AccessKey/);
  });

  it('runs nothing without a limit of time', () => {
    for (const line of text.split('\n')) {
      if (/\bcurl -/.test(line)) assert.match(line, /--max-time /);
      assert.doesNotMatch(line.replaceAll(/\bcommand -v [a-z-]+/g, ''), UNBOUNDED);
    }
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
      assert.ok(bootScriptOf(json, 'arm').includes("architecture='arm64'"));
      assert.ok(bootScriptOf(json, 'arm').includes("binary_url='https://mirror.example/runner.tar.gz'"));
      assert.ok(bootScriptOf(json, 'small').includes("architecture='x64'"));
      assert.ok(bootScriptOf(json, 'small').includes("binary_url=''"));
    });

    it('says of each size which runner is pinned', () => {
      const says = (tier) => resource(json, `module.runners.aws_launch_template.tier["${tier}"]`).description;
      assert.equal(says('arm'), 'Runners of the size arm. Pinned: https://mirror.example/runner.tar.gz');
      assert.equal(says('small'), 'Runners of the size small.');
    });

    it('hands over lifetime, age, hooks and the switch for logs', () => {
      assert.ok(bootScriptOf(json).includes('{GHR_JOB_SECONDS:-2400}'));
      assert.ok(bootScriptOf(json).includes('max_runner_age_days=12'));
      assert.ok(
        bootScriptOf(json).includes(`write_hook job-started.sh busy '${Buffer.from('echo hello').toString('base64')}'`),
      );
      assert.ok(bootScriptOf(json).includes("send_log ''"));
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

    it('tells each machine the proxy, and brings its certificates', () => {
      const text = bootScriptOf(json);
      assertSound(text);
      assert.ok(text.includes("export http_proxy='http://proxy.example:3128' https_proxy='http://proxy.example:3128'"));
      assert.ok(text.includes('no_proxy="localhost,127.0.0.1,169.254.169.254,github.example,.$domain"'));
      assert.match(
        text,
        /<<'CERTIFICATES'\n-----BEGIN CERTIFICATE-----\n(MIID)+\n-----END CERTIFICATE-----\nCERTIFICATES\n/,
      );
      assert.ok(text.includes('/etc/sudoers.d/ghr-runner'));
    });
  });

  it('is refused at plan when hooks make it too large', async () => {
    // What can't be packed.
    const random = Array.from({ length: 120 }, (_, index) => createHash('sha512').update(`${index}`).digest('hex'));
    const { failed, output } = await plan({
      settings: `  runner = { hooks = { job_started = ": ${random.join('')}" } }`,
    });
    assert.equal(failed, true);
    assert.match(
      output.replace(/[\s│]+/g, ' '),
      /bytes, and EC2 allows 16384, of which a launch needs 256; shorten the hooks/,
    );
  });
});
