import { HOUR, MINUTE, plus } from '../model/time';

/**
 * What is remembered of a tenant's launches of one tier that came to nothing, in a row. Times are ISO 8601. Absent: the
 * last one was well. With `openedAt` the circuit is open: only probes start.
 */
export interface Circuit {
  readonly failures: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** Why the last one failed. */
  readonly reason: string;
  readonly openedAt?: string;
  /** When the next probe may start. */
  readonly probeAt?: string;
  readonly probes: number;
  /** The launch that probes now, or did last. */
  readonly probe?: string;
}

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

/** Of an attribute that a hand may have edited; undefined when it is no circuit, which then counts as closed. */
export function parseCircuit(value: unknown): Circuit | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const {
    failures,
    first_at: firstAt,
    last_at: lastAt,
    reason,
    opened_at: openedAt,
    probe_at: probeAt,
    probes,
    probe,
  }: Partial<Record<string, unknown>> = { ...value };
  if (!isCount(failures) || !isTime(firstAt) || !isTime(lastAt) || typeof reason !== 'string' || !isCount(probes))
    return undefined;
  return {
    failures,
    firstAt,
    lastAt,
    reason,
    probes,
    ...(isTime(openedAt) && { openedAt }),
    ...(isTime(probeAt) && { probeAt }),
    ...(typeof probe === 'string' && { probe }),
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isTime = (value: unknown): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value));

/** As the tenants table spells it. */
export function buildCircuitAttribute({
  failures,
  firstAt,
  lastAt,
  reason,
  openedAt,
  probeAt,
  probes,
  probe,
}: Circuit): Record<string, unknown> {
  return {
    failures,
    first_at: firstAt,
    last_at: lastAt,
    reason,
    probes,
    ...(openedAt !== undefined && { opened_at: openedAt }),
    ...(probeAt !== undefined && { probe_at: probeAt }),
    ...(probe !== undefined && { probe }),
  };
}

const PREFIX = 'circuit_';

/** The attribute of the tenants table that holds a tier's circuit. */
export function circuitAttribute(tier: string): string {
  return `${PREFIX}${tier}`;
}

/** The circuits of a row, by tier. */
export function parseCircuits(row: Readonly<Record<string, unknown>>): ReadonlyMap<string, Circuit> {
  return new Map(
    Object.entries(row).flatMap(([name, value]): [string, Circuit][] => {
      const circuit = name.startsWith(PREFIX) ? parseCircuit(value) : undefined;
      return circuit === undefined ? [] : [[name.slice(PREFIX.length), circuit]];
    }),
  );
}
