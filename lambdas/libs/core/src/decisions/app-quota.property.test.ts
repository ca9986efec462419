import fc from 'fast-check';
import { overQuota, shareBetween, shareOf } from './app-quota';

const size = fc.record({
  cpu: fc.constantFrom(256, 512, 1_024),
  memory: fc.constantFrom(512, 1_024, 2_048),
  count: fc.integer({ min: 0, max: 5 }),
});
const quota = fc.record({
  apps: fc.nat(4),
  tasks: fc.nat(9),
  vcpu: fc.nat(6),
  memoryGb: fc.nat(9),
  secrets: fc.nat(3),
  buildsPerHour: fc.nat(3),
});

describe('a quota', () => {
  it('is never exceeded by what it lets through', () => {
    fc.assert(
      fc.property(fc.array(size, { maxLength: 8 }), quota, (sizes, limits) => {
        const use = { apps: new Set<string>(), tasks: 0, vcpu: 0, memoryGb: 0, secrets: 0 };
        for (const one of sizes) {
          const share = shareOf(one);
          if (overQuota(use, { ...share, apps: 1 }, limits) !== undefined) continue;
          use.apps.add(`app-${use.apps.size}`);
          use.tasks += share.tasks;
          use.vcpu += share.cpu / 1_024;
          use.memoryGb += share.memory / 1_024;
        }
        expect(use.apps.size).toBeLessThanOrEqual(limits.apps);
        expect(use.tasks).toBeLessThanOrEqual(limits.tasks);
        expect(use.vcpu).toBeLessThanOrEqual(limits.vcpu);
        expect(use.memoryGb).toBeLessThanOrEqual(limits.memoryGb);
      }),
    );
  });

  it('never refuses what gives back', () => {
    fc.assert(
      fc.property(size, quota, (before, limits) => {
        const share = { ...shareBetween(before, { ...before, count: 0 }), apps: 0 };
        const use = { apps: new Set(['a']), tasks: 99, vcpu: 99, memoryGb: 99, secrets: 99 };
        expect(overQuota(use, share, limits)).toBeUndefined();
      }),
    );
  });
});
