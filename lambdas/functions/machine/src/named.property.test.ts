import { MINUTE, type Launch, type MachineReports } from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import { fitsLaunchGuard, intent, launch } from '@multi-tenant-runner/testing';
import fc from 'fast-check';
import { claimGuardOf, decideClaim } from './decide-claim';
import { decideReport } from './decide-report';
import type { MachineEvent } from './parse-request';
import { decodeSaid, encodeSaid } from './said';

const NOW = new Date('2026-01-15T12:05:30.000Z');
const BOOT = 10 * MINUTE;
const IDS = ['i-0123456789abcdef0', 'i-0fedcba9876543210'] as const;
const SECRETS = ['secret-of-one', 'secret-of-another'] as const;
const id = fc.constantFrom(...IDS);
const secret = fc.constantFrom(...SECRETS);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const time = fc
  .integer({ min: -30, max: 1 })
  .map((minutes) => new Date(NOW.getTime() + minutes * MINUTE).toISOString());
const received = fc.record({
  minute: fc.constantFrom(Math.floor(NOW.getTime() / MINUTE), 7),
  inMinute: fc.constantFrom(1, 19, 20),
  total: fc.constantFrom(1, 119, 120),
  logBytes: fc.constant(0),
});
const reports: fc.Arbitrary<MachineReports> = fc.oneof(
  fc.record({ received }),
  fc.record({ activity: fc.constantFrom('busy' as const, 'idle' as const), received }),
  fc.record({ runnerVersion: fc.constant('2.336.0'), received }),
);
const claim = fc.record({ nonceHash: secret.map(hashSecret), reportHash: secret.map(hashSecret) });
const row: fc.Arbitrary<Launch> = fc
  .record({
    state: fc.constantFrom<Launch['state']>('held', 'launching', 'running', 'running', 'running', 'ending', 'ended'),
    instanceId: maybe(id),
    intent: maybe(
      fc
        .record({ hash: secret.map(hashSecret), isGroup: fc.boolean() })
        .map(({ hash, isGroup }) => intent({ claimHash: hash, ...(isGroup && { group: { index: 0, size: 2 } }) })),
    ),
    launchedAt: maybe(time),
    claim: maybe(claim),
    blank: maybe(fc.constant({ blankId: 'blank-1', nonceHash: hashSecret(SECRETS[0]) } as Launch['blank'] & object)),
    reports: maybe(reports),
  })
  .map((some) => launch(Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined))));

test('a row that fits the guard of a claim may be claimed, and of launches alone in their call no other may', () => {
  fc.assert(
    fc.property(row, id, secret, (given, instanceId, own) => {
      const request = { instanceId, secret: own, nonce: 'nonce-of-the-first-boot-0' };
      const { instanceId: ofMachine, ...claimable } = claimGuardOf(request, NOW, BOOT);
      const fits = fitsLaunchGuard(given, { from: ['running'], instanceId: ofMachine, claimable });
      const decision = decideClaim(given, request, NOW, BOOT);
      if (fits) expect(decision.kind).toBe('claim');
      const isAlone = given.intent?.group === undefined && given.blank === undefined;
      if (isAlone && given.launchedAt !== undefined) expect(fits).toBe(decision.kind === 'claim');
    }),
    { numRuns: 2_000 },
  );
});

test('a row that fits the guard of a report is judged as what the machine said is', () => {
  fc.assert(
    fc.property(row, id, secret, maybe(reports), fc.boolean(), (given, instanceId, own, other, isTrue) => {
      const said = isTrue ? given.reports : other;
      const events: readonly MachineEvent[] = [{ kind: 'busy' }];
      const request = { instanceId, secret: own, events };
      const reportHash = hashSecret(own);
      const guard = { from: ['running'], instanceId, reporting: { reportHash, reports: said } } as const;
      if (!fitsLaunchGuard(given, guard)) return;
      const assumed = { instanceId, state: 'running', claim: { reportHash }, ...(said && { reports: said }) } as const;
      expect(decideReport(assumed, request, NOW)).toEqual(decideReport(given, request, NOW));
    }),
    { numRuns: 2_000 },
  );
});

test('what a machine has said comes back as it was, and nothing else is taken for it', () => {
  fc.assert(fc.property(reports, (said) => expect(decodeSaid(encodeSaid(said))).toEqual(said)));
  fc.assert(fc.property(fc.string(), (text) => expect(decodeSaid(text)).toBeUndefined()));
});
