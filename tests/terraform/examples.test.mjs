// Each example plans as it stands, against a mocked provider: what it looks up in an account is made up here.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { findTerraform } from '../../sandbox/setup/provider-mirror.mjs';
import { ROOT, copyModule, initialise } from './render.mjs';

const run = promisify(execFile);
const APP = `
  github_app_id             = "4711"
  github_app_key_base64     = "${Buffer.from('-----BEGIN RSA PRIVATE KEY-----\n').toString('base64')}"
  github_app_webhook_secret = "a-secret-of-the-tests"`;
const NETWORK = `
  vpc_id     = "vpc-0123456789abcdef0"
  subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]`;
const secret = (name) => `{ arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:github/${name}" }`;

/** What each asks for, and one thing that makes it the example it is. */
const EXAMPLES = {
  basic: [APP, 'output.tenant_table.name == "my-saas-tenants"'],
  complete: [
    APP,
    'keys(output.runner_tiers) == ["arm", "large", "small"] && output.webhook.access_log_group_name != null',
  ],
  approval: [APP + NETWORK, 'strcontains(output.approve, "my-saas-tenants")'],
  'existing-vpc': [
    `
  vpc_name             = "shared"
  permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
  github_app           = { id = "4711", key = ${secret('key-a1B2c3')}, webhook_secret = ${secret('hook-d4E5f6')} }`,
    'length(output.roles) >= 5',
  ],
  'tenant-namespace': [
    `
  cluster_name      = "apps"
  oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"`,
    'values(output.namespaces) == ["tenant-acme", "tenant-globex-inc", "tenant-initech-llc"]',
  ],
  'spot-tiers': [APP + NETWORK, 'keys(output.queues) == ["arm", "large", "small"]'],
};

/** The sandbox's is applied by every demo; no mocked provider has the other's passwords: ./saas-platform.test.mjs. */
const ELSEWHERE = ['sandbox', 'saas-platform'];

const testFile = ([variables, condition]) => `
mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[]}" }
  }
  mock_data "aws_vpc" {
    defaults = { id = "vpc-0123456789abcdef0" }
  }
  mock_data "aws_subnets" {
    defaults = { ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"] }
  }
}

variables {${variables}
}

run "plans" {
  command = plan

  assert {
    condition     = ${condition}
    error_message = "The example is not what its README says."
  }
}
`;

describe('the examples', () => {
  let folder;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'examples-'));
    copyModule(folder, true);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are all tried', () => {
    const isModule = (name) => readdirSync(join(ROOT, 'examples', name)).some((file) => file.endsWith('.tf'));
    const there = readdirSync(join(ROOT, 'examples')).filter((name) => !ELSEWHERE.includes(name));
    assert.deepEqual(there.filter(isModule).sort(), Object.keys(EXAMPLES).sort());
  });

  for (const [name, example] of Object.entries(EXAMPLES)) {
    it(`${name} plans, and has a README that says how to run it and how to remove it`, async () => {
      const cwd = join(folder, 'examples', name);
      mkdirSync(join(cwd, 'tests'));
      writeFileSync(join(cwd, 'tests', 'plan.tftest.hcl'), testFile(example));
      const env = await initialise(name, cwd);
      const { failed, output } = await run(findTerraform(), ['test', '-no-color'], {
        cwd,
        env,
        maxBuffer: 8 * 1024 * 1024,
      }).then(
        ({ stdout }) => ({ failed: !stdout.includes('1 passed, 0 failed'), output: stdout }),
        (error) => ({ failed: true, output: `${error.stdout}${error.stderr}` }),
      );
      assert.equal(failed, false, output);
      const readme = readFileSync(join(cwd, 'README.md'), 'utf8');
      assert.match(readme, /terraform apply/);
      assert.match(readme, /destroy/);
    });
  }
});
