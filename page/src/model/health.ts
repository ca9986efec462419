import type { DeadLetters, LimitFacts, NetFacts, Overview } from './facts';
import { duration, moment, plural } from './words';

export interface HealthRow {
  readonly key: string;
  readonly what: string;
  readonly state: string;
  readonly ok: boolean;
}

/** Pure. */
export function netRows(nets: readonly NetFacts[]): readonly HealthRow[] {
  return nets.map(({ what, behind_seconds: behind, late }) => ({
    key: what,
    what,
    state: behind === undefined ? 'has not run yet' : `${duration(behind)} behind${late ? ', which is late' : ''}`,
    ok: !late,
  }));
}

/** Pure. */
export function circuitRows(tenants: readonly Overview[]): readonly HealthRow[] {
  return tenants.flatMap(({ installation_id: id, org_name: name, open_circuits: sizes }) =>
    sizes.map((size) => ({
      key: `${id} ${size}`,
      what: `${name}, size ${size}`,
      state: 'launches are held back after failures in a row',
      ok: false,
    })),
  );
}

/** Pure. */
export function deadLetterRows(queues: readonly DeadLetters[]): readonly HealthRow[] {
  return queues.map(({ queue, messages, has_source: hasSource }) => ({
    key: queue,
    what: queue,
    state:
      messages === 0
        ? 'empty'
        : `${plural(messages, 'message')}${hasSource ? `; "mtr redrive ${queue}" moves them back` : ''}`,
    ok: messages === 0,
  }));
}

/** A tenant's own limits. Pure. */
export function limitRows(limits: readonly LimitFacts[]): readonly HealthRow[] {
  return limits.map(({ limit, used, of, left, refills }) => {
    const counted = used === undefined || of === undefined ? undefined : `${used} of ${of}`;
    const isOver = left === 0 || left === 'none';
    const until =
      refills === undefined ? '' : `, more ${/^\d{4}-/.test(refills) ? `from ${moment(refills)} UTC` : refills}`;
    return {
      key: limit,
      what: limit,
      state: `${counted ?? (isOver ? 'used up' : 'some left')}${until}`,
      ok: !isOver,
    };
  });
}
