import type { ApiDeps } from '../deps';
import type { Context } from './operation';

export interface Change {
  /** 0: the whole fleet. */
  readonly installationId: number;
  /** Such as `job.cancelled`. */
  readonly action: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** Before the change is made: what can't be recorded is not done. */
export async function recordChange(
  change: Change,
  { caller, requestId, reason }: Context,
  { audit, clock }: Pick<ApiDeps, 'audit' | 'clock'>,
): Promise<void> {
  await audit.record({
    ...change,
    at: clock.now().toISOString(),
    id: requestId,
    actor: caller?.actor ?? 'unknown',
    via: 'api',
    reason,
    requestId,
  });
}
