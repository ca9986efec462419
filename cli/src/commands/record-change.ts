import { randomUUID } from 'node:crypto';
import type { AuditEntry } from '@multi-tenant-runner/core';
import type { Fleet } from '../fleet';
import { usage } from '../problem';
import type { ChangeOptions } from './tenants';

/** Before the change is made: what can't be recorded is not done. Answers the change's id. */
export async function recordChange(
  change: Pick<AuditEntry, 'installationId' | 'action' | 'before' | 'after'>,
  { reason }: ChangeOptions,
  { audit, clock, whoAmI }: Fleet,
): Promise<string> {
  const id = randomUUID();
  await audit.record({
    ...change,
    at: clock.now().toISOString(),
    id,
    actor: await whoAmI(),
    via: 'mtr',
    ...(reason !== undefined && { reason }),
  });
  return id;
}

/** Of what is tried alone nothing is kept. @throws Problem when a change has no reason */
export function requireReason({ reason = '', dryRun }: Pick<ChangeOptions, 'reason' | 'dryRun'>): void {
  if (!dryRun && reason.trim() === '') throw usage('Say why with --reason: it is kept with the change.');
}
