import fc from 'fast-check';
import { FAILURES_TO_OPEN, PROBE_PAUSES, claimProbe, decideCircuit, recordFailure } from './circuit-breaker';
import { buildCircuitAttribute, parseCircuit, type Circuit } from '../model/circuit';
import { HOUR, MINUTE } from '../model/time';

const START = Date.parse('2026-01-15T12:00:00.000Z');
const at = (offset: number): Date => new Date(START + offset);

function failed(times: number, circuit?: Circuit): Circuit {
  let current = circuit;
  for (let index = 0; index < times; index += 1) current = recordFailure(current, 'boot', at(0));
  if (current === undefined) throw new Error('no failure');
  return current;
}

test(`opens at the failure number ${FAILURES_TO_OPEN} in a row, not before`, () => {
  expect(failed(FAILURES_TO_OPEN - 1).openedAt).toBeUndefined();
  expect(decideCircuit(failed(FAILURES_TO_OPEN - 1), '1-1', at(0))).toEqual({ kind: 'pass' });
  const open = failed(FAILURES_TO_OPEN);
  expect(decideCircuit(open, '1-1', at(0))).toEqual({ kind: 'wait', until: at(5 * MINUTE) });
  expect(decideCircuit(open, '1-1', at(5 * MINUTE))).toEqual({ kind: 'probe' });
});

test('lets the probe pass again, as its worker may have died, and nobody else', () => {
  const probing = claimProbe(failed(FAILURES_TO_OPEN), '1-1', at(5 * MINUTE));
  expect(decideCircuit(probing, '1-1', at(6 * MINUTE))).toEqual({ kind: 'pass' });
  expect(decideCircuit(probing, '2-1', at(6 * MINUTE))).toMatchObject({ kind: 'wait' });
  expect(claimProbe(probing, '2-1', at(6 * MINUTE))).toBeUndefined();
});

/** One step of a life: so much later, a launch asks, and what it started fails. */
const life = fc.array(
  fc.record({ later: fc.integer({ min: 0, max: 2 * HOUR }), asks: fc.integer({ min: 1, max: 5 }) }),
  { maxLength: 60 },
);

test('however often launches ask and fail, probes of an open circuit keep their distance', () => {
  fc.assert(
    fc.property(life, (steps) => {
      let circuit: Circuit | undefined = failed(FAILURES_TO_OPEN);
      let time = 0;
      let launches = 0;
      const probes: number[] = [];
      for (const { later, asks } of steps) {
        time += later;
        for (let ask = 0; ask < asks; ask += 1) {
          const launchId = `${(launches += 1)}-1`;
          const verdict = decideCircuit(circuit, launchId, at(time));
          if (verdict.kind === 'wait') {
            expect(verdict.until > at(time)).toBe(true);
            continue;
          }
          expect(verdict.kind).toBe('probe');
          circuit = claimProbe(circuit, launchId, at(time));
          probes.push(time);
          circuit = recordFailure(circuit, 'boot', at(time));
        }
      }
      probes.forEach((probe, index) => {
        const before = index === 0 ? 0 : (probes[index - 1] ?? 0);
        expect(probe - before).toBeGreaterThanOrEqual(PROBE_PAUSES[Math.min(index, PROBE_PAUSES.length - 1)] ?? HOUR);
      });
    }),
  );
});

test('an open circuit never stays shut: whenever its time comes, the next to ask probes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: FAILURES_TO_OPEN, max: 200 }),
      fc.integer({ min: 0, max: 40 }),
      (failures, probes) => {
        let circuit = failed(failures);
        let time = 0;
        for (let probe = 0; probe < probes; probe += 1) {
          const verdict = decideCircuit(circuit, `${probe}-1`, at(time));
          if (verdict.kind === 'wait') {
            expect(verdict.until.getTime() - START - time).toBeLessThanOrEqual(HOUR);
            time = verdict.until.getTime() - START;
          }
          const claimed = claimProbe(circuit, `${probe}-1`, at(time));
          expect(claimed).toBeDefined();
          circuit = recordFailure(claimed, 'boot', at(time));
        }
      },
    ),
  );
});

test('is read as it was written, and anything else is none', () => {
  const open = claimProbe(failed(7), '1-1', at(HOUR));
  expect(parseCircuit(open && buildCircuitAttribute(open))).toEqual(open);
  fc.assert(fc.property(fc.anything(), (value) => void parseCircuit(value)));
  expect(parseCircuit({ failures: -1 })).toBeUndefined();
});

test('keeps of a reason no more than a line', () => {
  expect(recordFailure(undefined, 'x'.repeat(5_000), at(0)).reason).toHaveLength(120);
});
