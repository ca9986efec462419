import type { Circuit } from '../model/circuit';
import { HOUR, MINUTE, plus } from '../model/time';

/** Consecutive failed launches after which only probes start. */
export const FAILURES_TO_OPEN = 5;
/** Milliseconds between probes; the last one repeats. */
export const PROBE_PAUSES = [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR] as const;
const MAX_REASON = 120;

/** `pass`: start. `probe`: start if {@link claimProbe} can be written. `wait`: park until then. */
export type CircuitVerdict = { readonly kind: 'pass' | 'probe' } | { readonly kind: 'wait'; readonly until: Date };

/** Whether a launch may start. The probe itself passes again: a worker that died may have left it. */
export function decideCircuit(circuit: Circuit | undefined, launchId: string, now: Date): CircuitVerdict {
  if (circuit?.openedAt === undefined || circuit.probe === launchId) return { kind: 'pass' };
  const until = new Date(circuit.probeAt ?? now);
  return until > now ? { kind: 'wait', until } : { kind: 'probe' };
}

/** After a failed launch. Opens at the given number of consecutive failures; an open one only keeps counting. */
export function recordFailure(circuit: Circuit | undefined, reason: string, now: Date): Circuit {
  const at = now.toISOString();
  const failures = (circuit?.failures ?? 0) + 1;
  const counted: Circuit = {
    ...circuit,
    failures,
    firstAt: circuit?.firstAt ?? at,
    lastAt: at,
    reason: reason.slice(0, MAX_REASON),
    probes: circuit?.probes ?? 0,
  };
  if (counted.openedAt !== undefined || failures < FAILURES_TO_OPEN) return counted;
  return { ...counted, openedAt: at, probeAt: pauseFrom(now, 0) };
}

/** The circuit with this launch as its probe, or undefined if no probe is due. */
export function claimProbe(circuit: Circuit | undefined, launchId: string, now: Date): Circuit | undefined {
  if (circuit === undefined || decideCircuit(circuit, launchId, now).kind !== 'probe') return undefined;
  const probes = circuit.probes + 1;
  return { ...circuit, probe: launchId, probes, probeAt: pauseFrom(now, probes) };
}

function pauseFrom(now: Date, probes: number): string {
  return plus(now, PROBE_PAUSES[Math.min(probes, PROBE_PAUSES.length - 1)] ?? HOUR).toISOString();
}
