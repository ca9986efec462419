import fc from 'fast-check';
import { launchIdOf } from './names';
import { launchOfSlot, slotOf } from './slot';

const jobId = fc.maxSafeNat();

test('a slot is that of one launch, and a launch has one slot', () => {
  fc.assert(
    fc.property(jobId, fc.integer({ min: 1, max: 99 }), (job, start) => {
      const launchId = launchIdOf(job, start);
      expect(launchOfSlot(slotOf(launchId))).toBe(launchId);
      // As earlier revisions wrote it.
      expect(launchOfSlot(launchId)).toBe(launchId);
    }),
  );
});

test("a first launch's slot has half as many bytes as its id, for ids as GitHub's are", () => {
  expect(slotOf('58123456789-1')).toBe('qp97ead');
  expect(slotOf('58123456789-2')).toBe('58123456789-2');
});
