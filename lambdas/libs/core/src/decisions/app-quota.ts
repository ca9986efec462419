import type { App } from '../model/app';
import type { AppQuota } from '../model/app-settings';
import type { AppSize } from '../model/app-size';
import { countSecrets } from './app-secrets';
import type { OverQuota, QuotaUse } from '../ports/apps';

/** In the units of the row: 1024ths of a vCPU and MiB, which are whole numbers. */
export interface QuotaShare {
  readonly tasks: number;
  readonly cpu: number;
  readonly memory: number;
  readonly secrets: number;
}

const GIB = 1_024;
const CPU = 1_024;

export function shareOf({ cpu, memory, count, secrets }: AppSize & Pick<App, 'secrets'>): QuotaShare {
  return { tasks: count, cpu: cpu * count, memory: memory * count, secrets: countSecrets(secrets) };
}

/** What a change of size adds; negative where it gives back. */
export function shareBetween(before: AppSize, after: AppSize): QuotaShare {
  const [from, to] = [shareOf(before), shareOf(after)];
  return { tasks: to.tasks - from.tasks, cpu: to.cpu - from.cpu, memory: to.memory - from.memory, secrets: 0 };
}

/** What a change of an app's secrets adds. */
export function shareOfSecrets(before: App['secrets'], after: App['secrets']): QuotaShare {
  return { tasks: 0, cpu: 0, memory: 0, secrets: countSecrets(after) - countSecrets(before) };
}

export function ceilingsOf({ tasks, vcpu, memoryGb, secrets }: AppQuota): QuotaShare {
  return { tasks, cpu: Math.floor(vcpu * CPU), memory: Math.floor(memoryGb * GIB), secrets };
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
    ['secrets', use.secrets, share.secrets, most.secrets],
  ];
  return sums.find(([, used, more, limit]) => more > 0 && used + more > limit)?.[0];
}

/** In a sentence, for who asked and for GitHub. */
export function describeOver(over: OverQuota, quota: AppQuota): string {
  const limits: Readonly<Record<OverQuota, string>> = {
    apps: `${quota.apps} apps`,
    tasks: `${quota.tasks} tasks`,
    vcpu: `${quota.vcpu} vCPUs`,
    memory: `${quota.memoryGb} GiB of memory`,
    secrets: `${quota.secrets} secrets`,
  };
  const what = over === 'secrets' ? 'unset one' : 'delete an app';
  return `The tenant may have ${limits[over]} at once, and this would be more; ask for a larger tier or ${what}.`;
}
