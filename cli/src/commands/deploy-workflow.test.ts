import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp, buildPushDeployment, type AppGitHub } from '@multi-tenant-runner/core';
import { createRunnerBuilds } from '@multi-tenant-runner/github';
import { createInMemoryAppGitHub, newApp } from '@multi-tenant-runner/testing';
import { parse } from 'yaml';
import { createShell } from '../../test/shell';
import { deployWorkflow } from './deploy-workflow';

const PLAN = {
  builds: 'my-platform/multi-tenant-runner/.github/workflows/build-app.yml@main',
  api: 'https://api.example.com/v1',
  audience: 'https://runners.example.com',
  labels: ['self-hosted', 'linux', 'x64', 'small'],
};
const NOW = new Date('2026-01-15T12:00:00.000Z');
const root = join(__dirname, '../../..');
const yaml = (text: string) => parse(text, { strict: true, uniqueKeys: true });
const read = (path: string) => yaml(readFileSync(join(root, path), 'utf8'));
const text = deployWorkflow(PLAN);
const workflow = yaml(text);
const { inputs } = workflow.on.workflow_dispatch;
const { build } = workflow.jobs;

/** What the deployer asks GitHub to start. */
async function dispatched() {
  const asked: Parameters<AppGitHub['dispatch']>[1][] = [];
  const dispatch: AppGitHub['dispatch'] = async (_place, run) => {
    asked.push(run);
    return { kind: 'asked' };
  };
  const { findRun } = createInMemoryAppGitHub();
  const app = buildApp(newApp({ app: 'shop', installationId: 1 }), NOW);
  const push = { commit: 'a'.repeat(40), pushedAt: NOW };
  const deployment = buildPushDeployment(app, push, NOW);
  await createRunnerBuilds({ workflow: 'mtr-deploy.yml', github: { findRun, dispatch } }).ask(app, deployment);
  return { deployment, given: Object.keys(asked[0]?.inputs ?? {}) };
}

describe('the workflow of a tenant’s repository', () => {
  it('takes what the deployer gives, and has the deployment in its title', async () => {
    const { deployment, given } = await dispatched();
    expect(Object.keys(inputs).sort()).toEqual(given.sort());
    expect(workflow['run-name'].replace('${{ inputs.deployment }}', deployment.deploymentId)).toContain(
      deployment.deploymentId,
    );
  });

  it('gives the workflow that builds what that asks for, and nothing that it does not know', () => {
    const asked: Readonly<Record<string, { required?: boolean }>> = read('.github/workflows/build-app.yml').on
      .workflow_call.inputs;
    const needed = Object.entries(asked).filter(([, { required }]) => required === true);
    expect(Object.keys(build.with)).toEqual(expect.arrayContaining(needed.map(([name]) => name)));
    expect(Object.keys(build.with).filter((name) => !(name in asked))).toEqual([]);
    expect(JSON.parse(build.with.runs_on)).toEqual(PLAN.labels);
  });

  it('uses no context that it has not, runs nothing itself, and has the least rights and no secret', () => {
    const used = [...text.matchAll(/\$\{\{\s*([^}]+?)\s*\}\}/g)].map(([, expression]) => String(expression));
    expect(used.filter((one) => !(one.replace('inputs.', '') in inputs))).toEqual([]);
    expect(text).not.toMatch(/secrets|^\s*run:/m);
    expect(workflow.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  });

  it('is that of the example, but for what is the platform’s', () => {
    const example = read('examples/app/.github/workflows/mtr-deploy.yml');
    const { api: _api, audience: _audience, runs_on: _labels, ...own } = build.with;
    const { api, audience, ...shown } = example.jobs.build.with;
    expect([typeof api, typeof audience]).toEqual(['string', 'string']);
    expect({ ...workflow, jobs: { build: { uses: build.uses, with: own } } }).toEqual({
      ...example,
      jobs: { build: { uses: build.uses, with: shown } },
    });
  });
});

test('mtr apps init writes it into a repository, and refuses what would be something else in YAML', async () => {
  const { run, written } = createShell();
  const given = { '--builds': PLAN.builds, '--api': PLAN.api, '--audience': PLAN.audience };
  const init = (over: object) => run('apps', 'init', '/repo', ...Object.entries({ ...given, ...over }).flat());
  expect((await init({})).code).toBe(0);
  expect(written.get('/repo/.github/workflows/mtr-deploy.yml')).toBe(text);
  for (const wrong of [
    { '--builds': 'build-app.yml' },
    { '--api': 'http://a' },
    { '--audience': 'a: b' },
    { '--labels': '[x]' },
    { '--workflow': '../x.yml' },
  ])
    expect((await init(wrong)).code).toBe(2);
});
