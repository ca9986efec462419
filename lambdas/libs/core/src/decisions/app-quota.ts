import type { AppQuota } from '../model/app-settings';
import type { AppSize } from '../model/app-size';
import type { OverQuota, QuotaUse } from '../ports/apps';

/** In the units of the row: 1024ths of a vCPU and MiB, which are whole numbers. */
export interface QuotaShare {
  readonly tasks: number;
  readonly cpu: number;
  readonly memory: number;
}

const GIB = 1_024;
const CPU = 1_024;

export function shareOf({ cpu, memory, count }: AppSize): QuotaShare {
  return { tasks: count, cpu: cpu * count, memory: memory * count };
}

/** What a change of size adds; negative where it gives back. */
export function shareBetween(before: AppSize, after: AppSize): QuotaShare {
  const [from, to] = [shareOf(before), shareOf(after)];
  return { tasks: to.tasks - from.tasks, cpu: to.cpu - from.cpu, memory: to.memory - from.memory };
}

export function ceilingsOf({ tasks, vcpu, memoryGb }: AppQuota): QuotaShare {
  return { tasks, cpu: Math.floor(vcpu * CPU), memory: Math.floor(memoryGb * GIB) };
}

/**
 * The first thing of which there would be too much. What a request does not add to is never too much: a quota may be
 * lowered below what runs.
 */
export function overQuota(use: QuotaUse, share: QuotaShare & { readonly apps: number }, quota: AppQuota) {
  const most = ceilingsOf(quota);
  const sums: readonly (readonly [OverQuota, number, number, number])[] = [
    ['apps', use.apps.size, share.apps, quota.apps],
    ['tasks', use.tasks, share.tasks, most.tasks],
    ['vcpu', Math.round(use.vcpu * CPU), share.cpu, most.cpu],
    ['memory', Math.round(use.memoryGb * GIB), share.memory, most.memory],
  ];
  return sums.find(([, used, more, limit]) => more > 0 && used + more > limit)?.[0];
}

/** In a sentence, for who asked and for GitHub. */
export function describeOver(what: OverQuota, quota: AppQuota): string {
  const limits: Readonly<Record<OverQuota, string>> = {
    apps: `${quota.apps} apps`,
    tasks: `${quota.tasks} tasks`,
    vcpu: `${quota.vcpu} vCPUs`,
    memory: `${quota.memoryGb} GiB of memory`,
  };
  return `The tenant may have ${limits[what]} at once, and this would be more; ask for a larger tier or delete an app.`;
}
