import { namesOfApp } from '@multi-tenant-runner/core';
import type { PushWaits } from './push-marks';
import type { AppPlane } from './services/app-plane';

export interface PushLoad {
  readonly tenants: number;
  /** Pushes of each tenant in a minute, over its apps by turns. */
  readonly pushes: number;
  /** Apps of each tenant. */
  readonly apps: number;
  readonly minutes: number;
  /** How often as much as documented the account may ask of ECS. */
  readonly raised?: number;
  readonly faults?: boolean;
  readonly seed?: string;
}

export interface PushTimes extends PushWaits {
  readonly pushed: number;
  readonly throttled: ReadonlyMap<string, number>;
  readonly invocations: number;
  /** What is not as it must be once everything has come to rest. */
  readonly wrong: readonly string[];
}

/** One of everything for each app, which runs what was pushed last. */
export function wrongIn(
  { aws, tables }: AppPlane,
  apps: readonly { readonly app: string; readonly head: string | undefined }[],
): readonly string[] {
  const of = apps.flatMap(({ app, head }) => {
    const row = tables.rows.get(app);
    const service = aws.ecs.services.get(namesOfApp('sim', app).service);
    const runs = aws.ecs.tasks.get(service?.taskDefinition ?? '')?.image.split('sha256:')[1];
    return [
      ...(row?.live?.commit === head
        ? []
        : [`${app}: ${row?.live?.commit ?? 'nothing'} is live, not ${head ?? 'none'}`]),
      ...(runs === head ? [] : [`${app}: ECS runs ${runs ?? 'nothing'}`]),
      ...((row?.unfinished?.size ?? 0) === 0 ? [] : [`${app}: a deployment has not ended`]),
    ];
  });
  const pushed = apps.filter(({ head }) => head !== undefined).length;
  const counts = {
    services: [...aws.ecs.services.values()].filter(({ status }) => status === 'ACTIVE').length,
    rules: aws.elb.rules.size,
    'target groups': aws.elb.targetGroups.size,
    groups: aws.groups.groups.size,
  };
  const orphans = Object.entries(counts).filter(([, count]) => count !== pushed);
  return [...of, ...orphans.map(([what, count]) => `${count} ${what} of ${pushed} apps`)];
}

/** The result in words. */
export function printablePushes(load: PushLoad, times: PushTimes): string {
  const { tenants, pushes, apps, minutes, raised = 1 } = load;
  const at = (waits: readonly number[], share: number): string =>
    `${(waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0).toFixed(1)} s`;
  const line = (waits: readonly number[]): string =>
    `p50 ${at(waits, 0.5)}, p95 ${at(waits, 0.95)}, longest ${at(waits, 1)} (${waits.length})`;
  const said = apps === 1 ? '1 app' : `${apps} apps`;
  const throttled = [...times.throttled]
    .filter(([action]) => action !== 'PutImage')
    .map(([action, count]) => `${action} ${count}`)
    .join(', ');
  return [
    `pushes           ${tenants} tenants × ${pushes} a minute for ${minutes} min, ${said} each: ${times.pushed}`,
    `ECS allows       ${raised === 1 ? 'what is documented' : `${raised} times what is documented`}`,
    `turn → build     ${line(times.toBuild)}`,
    `image → service  ${line(times.toRelease)}`,
    `without a build  ${line(times.inAll)}`,
    `for others       ${line(times.forOthers)} until the deployment before was over`,
    `webhook → live   ${line(times.toLive)}`,
    `served           ${times.toLive.length} of ${times.pushed} pushes; the others gave way to newer ones`,
    `throttled        ${throttled === '' ? 'nothing' : throttled}`,
    `invocations      ${times.invocations}`,
    ...(times.wrong.length === 0
      ? ['at rest          one of everything for each app, and the newest runs']
      : times.wrong.slice(0, 20)),
  ].join('\n');
}
