import fc from 'fast-check';
import { deploymentIdOf, type Deployment } from '../model/deployment';
import { decideHead, findLostPush, isSamePush } from './lost-push';
import { compareDeployments } from './deployment-order';

const START = Date.UTC(2026, 0, 15, 12);
const at = (second: number) => new Date(START + second * 1_000);
const COMMITS = ['a', 'b', 'c', 'd'].map((one) => one.repeat(40)) as [string, ...string[]];
const commit = fc.constantFrom(...COMMITS);
const kind = fc.constantFrom('push' as const, 'rollback' as const, 'redeploy' as const);
const row = fc.record({ second: fc.nat(100), commit, kind }).map(
  ({ second, ...one }): Pick<Deployment, 'deploymentId' | 'kind' | 'commit' | 'pushedAt'> => ({
    ...one,
    deploymentId: deploymentIdOf(at(second), one.commit),
    pushedAt: at(second).toISOString(),
  }),
);
const rows = fc
  .array(row, { maxLength: 6 })
  .map((all) => [...all].sort((a, b) => (a.deploymentId < b.deploymentId ? 1 : -1)));

describe('a push that nobody told of', () => {
  it('never comes before what was asked for after it, and never undoes a rollback that is later', () => {
    fc.assert(
      fc.property(rows, commit, fc.nat(100), (deployments, head, second) => {
        const move = { after: head, at: at(second) };
        const push = findLostPush({ head, deployments, move, askedAt: at(1_000) });
        const [last] = deployments;
        if (push === undefined || last === undefined) return;
        expect(push.pushedAt).toEqual(move.at);
        const found = { deploymentId: deploymentIdOf(push.pushedAt, push.commit), commit: push.commit };
        const order = compareDeployments(found, last);
        if (Date.parse(last.pushedAt) > move.at.getTime()) expect(order).toBe('older');
      }),
    );
  });

  it('is none without GitHub’s time, where somebody chose a version by hand or the commit was deployed before', () => {
    fc.assert(
      fc.property(rows, commit, (deployments, head) => {
        const push = findLostPush({ head, deployments, move: undefined, askedAt: at(1_000) });
        const isKnown = deployments.some((one) => one.commit === head);
        const isByHand = deployments.length > 0 && deployments[0]?.kind !== 'push';
        expect(push).toEqual(isKnown || isByHand ? undefined : { commit: head, pushedAt: at(1_000) });
      }),
    );
  });

  it('is looked for once: what is known, wanted or there at the beginning is nothing new', () => {
    const [known, other] = COMMITS;
    const wantedId = deploymentIdOf(at(0), known);
    expect(decideHead({ head: known }, known)).toBe('nothing');
    expect(decideHead({ wantedId }, known)).toBe('note');
    expect(decideHead({}, known)).toBe('note');
    expect(decideHead({ head: known }, other ?? '')).toBe('ask');
    expect(decideHead({ head: known, wantedId }, other ?? '')).toBe('ask');
  });

  it('is the one that its event tells of later', () => {
    const [own, other] = COMMITS.map((one) => deploymentIdOf(at(10), one)) as [string, string];
    expect(isSamePush(own, own)).toBe(true);
    expect(isSamePush(deploymentIdOf(at(12), COMMITS[0]), own)).toBe(true);
    expect(isSamePush(deploymentIdOf(at(3), COMMITS[0]), own)).toBe(true);
    expect(isSamePush(deploymentIdOf(at(60), COMMITS[0]), own)).toBe(false);
    expect([isSamePush(other, own), isSamePush(own, undefined)]).toEqual([false, false]);
  });
});
