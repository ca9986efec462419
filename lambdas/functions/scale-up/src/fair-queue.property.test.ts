import { MINUTE, REQUEST_TIMEOUT } from '@multi-tenant-runner/core';
import { runInvocation, sendInTime } from '@multi-tenant-runner/runtime';
import { createTestClock } from '@multi-tenant-runner/testing';
import fc from 'fast-check';
import { createFairQueue } from './fair-queue';

const NEVER = () => () => undefined;

const tenantsOf = (range: { readonly minLength?: number }) =>
  fc.array(fc.integer({ min: 1, max: 5 }), { ...range, maxLength: 30 });

/** Whether each that would ride along may. */
const RIDES = fc.infiniteStream(fc.boolean());

test("as many calls at a time as may be, each exactly once, in its tenant's order", async () => {
  await fc.assert(
    fc.asyncProperty(tenantsOf({}), fc.integer({ min: 1, max: 4 }), async (tenants, atOnce) => {
      const turns = createFairQueue({ atOnce, longest: 1_000, after: NEVER });
      const begun: { tenant: number; call: number }[] = [];
      let inFlight = 0;
      let most = 0;
      const answers = tenants.map((tenant, call) =>
        turns.take(tenant, async () => {
          most = Math.max(most, (inFlight += 1));
          begun.push({ tenant, call });
          await Promise.resolve();
          inFlight -= 1;
          return call;
        }),
      );
      expect(await Promise.all(answers)).toEqual(tenants.map((_, call) => call));
      expect(begun).toHaveLength(tenants.length);
      expect(most).toBe(Math.min(atOnce, tenants.length));
      for (const tenant of new Set(tenants)) {
        const own = begun.filter((one) => one.tenant === tenant).map(({ call }) => call);
        expect(own).toEqual([...own].sort((a, b) => a - b));
      }
    }),
  );
});

test(
  'between two calls of one tenant that wait, every other tenant that waits has one: a flood is ahead of ' +
    'nobody twice',
  async () => {
    await fc.assert(
      fc.asyncProperty(tenantsOf({ minLength: 2 }), fc.integer({ min: 1, max: 4 }), RIDES, async (...given) => {
        const [tenants, atOnce, rides] = given;
        const turns = createFairQueue({ atOnce, longest: 1_000, after: NEVER });
        let open = (): void => undefined;
        const gate = new Promise<void>((resolve) => (open = resolve));
        const begun: number[] = [];
        // All wait before the first goes.
        const all = [
          ...Array.from({ length: atOnce }, () => turns.take(0, () => gate)),
          ...tenants.map((tenant) => {
            const begin = async () => begun.push(tenant);
            return turns.take(tenant, begin, async () => (rides.next().value === true ? begin() : undefined));
          }),
        ];
        open();
        await Promise.all(all);
        for (const tenant of new Set(tenants)) {
          const firstAt = begun.indexOf(tenant);
          const ahead = begun.slice(0, firstAt);
          expect(new Set(ahead).size).toBe(ahead.length);
        }
      }),
    );
  },
);

test("a call rides along once or has its turn, in its tenant's order", async () => {
  await fc.assert(
    fc.asyncProperty(tenantsOf({}), RIDES, async (tenants, rides) => {
      const turns = createFairQueue({ longest: 1_000, after: NEVER });
      const begun: { tenant: number; call: number }[] = [];
      const answers = tenants.map((tenant, call) => {
        const begin = async () => {
          begun.push({ tenant, call });
          await Promise.resolve();
          return call;
        };
        const ride = async () => {
          await Promise.resolve();
          return rides.next().value === true ? begin() : undefined;
        };
        return turns.take(tenant, begin, ride);
      });
      expect(await Promise.all(answers)).toEqual(tenants.map((_, call) => call));
      expect(begun).toHaveLength(tenants.length);
      for (const tenant of new Set(tenants)) {
        const own = begun.filter((one) => one.tenant === tenant).map(({ call }) => call);
        expect(own).toEqual([...own].sort((a, b) => a - b));
      }
    }),
  );
});

test('a ride that fails tells only its own caller', async () => {
  const turns = createFairQueue({ longest: 1_000, after: NEVER });
  let end = (): void => undefined;
  const before = turns.take(1, () => new Promise<void>((resolve) => (end = resolve)));
  const others = [2, 3, 4].map((tenant) =>
    turns.take(
      tenant,
      async () => 'in turn',
      async () => (tenant === 3 ? Promise.reject(new Error('no table')) : undefined),
    ),
  );
  end();
  await before;
  const told = await Promise.allSettled(others);
  expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a call that fails ends its turn and tells only its own caller', async () => {
  const turns = createFairQueue({ longest: 1_000, after: NEVER });
  const failed = turns.take(1, async () => Promise.reject(new Error('throttled')));
  const well = turns.take(2, async () => 'well');
  await expect(failed).rejects.toThrow('throttled');
  await expect(well).resolves.toBe('well');
});

test('a call that takes too long lets the next begin, and ends its turn once', async () => {
  let tooLong: () => void = () => undefined;
  const turns = createFairQueue({
    longest: 1_000,
    after: (_milliseconds, callBack) => ((tooLong = callBack), () => undefined),
  });
  let answer = (_value: string): void => undefined;
  const slow = turns.take(1, () => new Promise<string>((resolve) => (answer = resolve)));
  let begun = 0;
  const second = turns.take(2, async () => void (begun += 1));
  expect(begun).toBe(0);
  tooLong();
  await second;
  answer('late');
  await expect(slow).resolves.toBe('late');
  await turns.take(3, async () => void (begun += 1));
  expect(begun).toBe(2);
});

test('a call that waited for its turn is not made once its own invocation is over', async () => {
  const turns = createFairQueue({ longest: 1_000, after: NEVER });
  const options = { clock: createTestClock(), context: { getRemainingTimeInMillis: () => MINUTE } };
  let end = (): void => undefined;
  const first = turns.take(1, () => new Promise<void>((resolve) => (end = resolve)));
  let left: Promise<unknown> | undefined;
  await runInvocation(options, async () => {
    left = turns.take(2, () => sendInTime(REQUEST_TIMEOUT.ec2, async () => 'sent'));
  });
  end();
  await first;
  await expect(left).rejects.toThrow('The invocation is over');
});
