import type { App } from '../model/app';
import { DEPLOYMENT_STATES, buildPushDeployment, type Deployment } from '../model/deployment';
import { decideAppChange, decideRollback, findBuild } from './decide-app-change';
import { explainDeployment } from './explain-deployment';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const settings = { domain: 'apps.example.com', https: false };
const deployment = (more: Partial<Deployment> = {}): Deployment => ({
  ...buildPushDeployment({ installationId: 1, app: 'shop' }, { commit: 'abcdef0123'.repeat(4), pushedAt: NOW }, NOW),
  ...more,
});
const app = { app: 'shop', state: 'active', hosts: [] } as const satisfies Partial<App>;

it.each(DEPLOYMENT_STATES)('a deployment that is %s has one sentence', (state) => {
  const said = explainDeployment({ app, settings, deployment: deployment({ state, reason: 'It is so.' }) });
  expect(said.sentence).toMatch(/^abcdef0 of shop .+\.$/);
  expect(said.state).toBe(state);
});

it('what is over ends by nothing more', () => {
  const ends = (state: Deployment['state']) =>
    explainDeployment({ app, settings, deployment: deployment({ state }) }).ends;
  for (const state of ['live', 'replaced', 'failed', 'refused', 'rolled_back', 'superseded'] as const)
    expect(ends(state)).toBeUndefined();
  for (const state of ['queued', 'parked', 'building', 'releasing'] as const) expect(ends(state)).toBeDefined();
});

describe('a rollback', () => {
  const served = (commit: string, state: Deployment['state'], digest = `sha256:${commit}`): Deployment =>
    deployment({ commit: commit.repeat(40), deploymentId: `id-${commit}`, state, digest });
  const live = { deploymentId: 'id-3', commit: '3'.repeat(40), digest: 'sha256:3' } as App['live'] & object;
  const all = [served('4', 'failed'), served('3', 'live'), served('2', 'rolled_back'), served('1', 'replaced')];

  it('goes to what served last before, past what never did', () => {
    expect(decideRollback({ ...app, live }, all, undefined)).toMatchObject({
      kind: 'back',
      to: { deploymentId: 'id-1' },
    });
    expect(decideRollback({ ...app, live }, all.slice(0, 3), undefined)).toMatchObject({ kind: 'refuse' });
  });

  it('goes to no version that did not serve, nor to the one that runs', () => {
    for (const to of ['id-4', 'id-2', 'id-3', '333', 'none'])
      expect(decideRollback({ ...app, live }, all, to).kind).toBe('refuse');
    expect(decideRollback({ ...app, live }, all, '1111111').kind).toBe('back');
  });
});

it('a build is of the very commit, while it is built, by a job', () => {
  const [commit] = ['a'.repeat(40)];
  const building = deployment({ commit, state: 'building', build: { by: 'runner', askedAt: '' } });
  expect(findBuild([building], commit)).toBe(building);
  expect(findBuild([building], 'b'.repeat(40))).toBeUndefined();
  expect(findBuild([{ ...building, state: 'releasing' }], commit)).toBeUndefined();
  expect(findBuild([{ ...building, build: { by: 'codebuild', askedAt: '' } }], commit)).toBeUndefined();
});

it('who did not suspend an app does not resume it, but for the operator', () => {
  const kinds = (suspendedBy: 'tenant' | 'operator') =>
    (['tenant', 'operator'] as const).map(
      (by) => decideAppChange({ app: 'shop', state: 'suspended', suspendedBy }, 'resume', by).kind,
    );
  expect(kinds('tenant')).toEqual(['change', 'change']);
  expect(kinds('operator')).toEqual(['refuse', 'change']);
});
