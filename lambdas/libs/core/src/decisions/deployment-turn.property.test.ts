import fc from 'fast-check';
import { buildPushDeployment, type Deployment } from '../model/deployment';
import { decideTurn } from './deployment-turn';

const STATES = ['queued', 'parked', 'building', 'releasing'] as const;
const KINDS = ['push', 'rollback', 'redeploy'] as const;
const key = { installationId: 1, app: 'shop' };
const hasBegun = ({ state }: Deployment): boolean => state === 'building' || state === 'releasing';

/** Oldest first, with the newest, none or an older one as what is wanted. */
const situation = fc
  .array(fc.record({ state: fc.constantFrom(...STATES), kind: fc.constantFrom(...KINDS) }), { maxLength: 6 })
  .map((all) =>
    all.map((over, index) => {
      const pushedAt = new Date(Date.UTC(2026, 0, 15, 12, 0, index));
      return { ...buildPushDeployment(key, { commit: `${index}`.repeat(40), pushedAt }, pushedAt), ...over };
    }),
  )
  .chain((unfinished) => fc.record({ unfinished: fc.constant(unfinished), isOver: fc.boolean() }));

test('of the deployments of an app each has its turn, waits or gives way, and the newest never gives way', () => {
  fc.assert(
    fc.property(situation, ({ unfinished, isOver }) => {
      const wanted = isOver ? undefined : unfinished.at(-1);
      const { current, waiting, superseded } = decideTurn(unfinished, wanted?.deploymentId ?? 'over');
      const gone = superseded.map(({ deployment }) => deployment);
      const kept = [current, waiting].filter((one) => one !== undefined);
      expect(new Set([...gone, ...kept])).toEqual(new Set(unfinished));
      expect(gone.length + kept.length).toBe(unfinished.length);
      expect(wanted === undefined || kept.includes(wanted)).toBe(true);
      // Only the newest waits, and only for one that has begun; where that is itself, nobody waits for it.
      if (waiting) expect([waiting, current && hasBegun(current)]).toEqual([wanted, true]);
      if (wanted && hasBegun(wanted)) expect([current, waiting]).toEqual([wanted, undefined]);
      if (wanted && !hasBegun(wanted)) expect(current ?? wanted).toBe(unfinished.findLast(hasBegun) ?? wanted);
      if (wanted === undefined) expect(kept).toEqual([]);
    }),
  );
});
