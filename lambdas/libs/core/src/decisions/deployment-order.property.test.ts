import fc from 'fast-check';
import { deploymentIdOf } from '../model/deployment';
import { compareDeployments } from './deployment-order';

const at = (second: number) => new Date(Date.UTC(2026, 0, 15, 12, 0, second));
const commits = fc.constantFrom('a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40));
const deployment = fc
  .record({ second: fc.nat(2), commit: commits, before: commits })
  .map(({ second, commit, before }) => ({ deploymentId: deploymentIdOf(at(second), commit), commit, before }));
const OPPOSITE = { newer: 'older', older: 'newer', tie: 'tie' } as const;

describe('the order of two deployments', () => {
  it('is the same from both sides', () => {
    fc.assert(
      fc.property(deployment, deployment, (one, other) => {
        expect(compareDeployments(one, other)).toBe(OPPOSITE[compareDeployments(other, one)]);
      }),
    );
  });

  it('is that of their seconds', () => {
    const [early, late] = [0, 1].map((second) => ({ deploymentId: deploymentIdOf(at(second), 'a'), commit: 'a' }));
    if (early && late) expect(compareDeployments(late, early)).toBe('newer');
  });
});
