import { randomUUID } from 'node:crypto';
import type { Fleet } from '../fleet';
import type { ChangeOptions } from './tenants';

/** Before the change is made: what can't be recorded is not done. */
export async function recordFleetChange(
  action: string,
  after: Readonly<Record<string, unknown>>,
  { reason }: ChangeOptions,
  { audit, clock, whoAmI }: Fleet,
): Promise<void> {
  await audit.record({
    installationId: 0,
    at: clock.now().toISOString(),
    id: randomUUID(),
    action,
    actor: await whoAmI(),
    via: 'mtr',
    after,
    ...(reason !== undefined && { reason }),
  });
}
