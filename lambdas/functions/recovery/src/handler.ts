import { RECOVERY_SOURCE, SECOND } from '@multi-tenant-runner/core';
import { timeLeft, type LambdaContext } from '@multi-tenant-runner/runtime';
import { countRequests } from './app-requests';
import { redeliverFailed } from './redeliver';
import { isAppPaused, type OutOfTime, type RecoveryDeps } from './deps';
import { reportDeliveryLag } from './delivery-lag';
import { createReadings } from './delivery-readings';
import { createOverview } from './overview';
import { reconcileInstallations } from './reconcile-installations';
import { scanRound } from './scan-round';

export interface RecoveryReport {
  readonly redelivered: number;
  readonly reconciled: number;
  readonly scanned: number;
  /** Parts that failed; the next run tries them again. */
  readonly failed: readonly string[];
}

/** Time for the last steps and the response to Lambda. */
const RESERVE = 10 * SECOND;

/**
 * Handles missed webhooks: redelivers failed deliveries, finds missed jobs and missed installations. Each part that
 * asks as the App has its own share of the time; the search of tenants, each of which has an allowance of its own, has
 * all of it.
 */
export function createHandler(
  base: RecoveryDeps,
): (event: { readonly source?: unknown }, context: LambdaContext) => Promise<RecoveryReport> {
  const overview = createOverview(base);
  return async (event, context) => {
    if (event.source !== RECOVERY_SOURCE)
      throw new Error("The event is not from the recovery function's schedule; check what invokes it");
    const requests = countRequests(base.app);
    const deps = { ...base, app: requests.app, log: base.log.with({ request_id: context.awsRequestId }) };
    const readings = createReadings({ ...deps, requests });
    const whole = Math.max(0, timeLeft(context, RESERVE));
    const leftBelow =
      (share: number): OutOfTime =>
      () =>
        timeLeft(context, RESERVE) <= whole * share;
    const failed: string[] = [];
    const part = async <T>(name: string, run: () => Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await run();
      } catch (cause) {
        failed.push(name);
        deps.metrics.count('RecoveryFailed', { properties: { part: name } });
        deps.log.error('A part of the recovery run failed; the next run tries again', { part: name, cause });
        return otherwise;
      }
    };

    const asApp = async <T>(run: () => Promise<T>, otherwise: T): Promise<T> =>
      (await isAppPaused(deps)) ? otherwise : run();
    // Beside the App's requests, as these wait for GitHub one after the other and have a limit of their own.
    const searching = part('jobs', () => scanRound(deps, overview, leftBelow(0)), undefined);
    await part('failures', () => asApp(() => readings.failures(leftBelow(0.5)), false), false);
    await part('deliveries', () => asApp(() => readings.everything(leftBelow(0.35)), false), false);
    readings.report();
    const asked = await part(
      'redelivery',
      () => asApp(() => redeliverFailed(deps, () => leftBelow(0.15)() || requests.isDownTo(0)), undefined),
      undefined,
    );
    const reconciled = await part(
      'installations',
      () => asApp(() => reconcileInstallations(deps, leftBelow(0)), undefined),
      undefined,
    );
    const scans = await searching;
    await part('lag', () => reportDeliveryLag(deps), undefined);
    const report = {
      redelivered: asked?.redelivered ?? 0,
      reconciled: reconciled ?? 0,
      scanned: scans?.scanned ?? 0,
      failed,
    };
    deps.metrics.count('RecoveryCompleted');
    deps.log.info('Recovery run completed', { ...report });
    return report;
  };
}
