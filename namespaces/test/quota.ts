// How a ResourceQuota and a LimitRange judge a pod. https://kubernetes.io/docs/concepts/policy/resource-quotas/
import { ofKind, type Manifest } from './rendered';

const UNITS: Readonly<Record<string, number>> = { '': 1, m: 0.001, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** A quantity of Kubernetes as a number: "500m" is 0.5, "1Gi" is 2 to the power of 30. */
export function quantity(text: string | number): number {
  const [, number, unit = ''] = /^(\d+)(m|Mi|Gi|Ti)?$/.exec(String(text)) ?? [];
  const factor = UNITS[unit];
  if (number === undefined || factor === undefined) throw new Error(`${text} is no quantity that plans use`);
  return Number(number) * factor;
}

type Amounts = Readonly<Record<string, number>>;

/** What the quota refuses when `more` is asked for beside `used`. */
export function exceeded(manifests: readonly Manifest[], used: Amounts, more: Amounts): string[] {
  const quotas = ofKind(manifests, 'ResourceQuota').flatMap(({ spec }) => Object.entries<string>(spec.hard));
  return quotas
    .filter(([name, hard]) => (more[name] ?? 0) > 0 && (used[name] ?? 0) + (more[name] ?? 0) > quantity(hard))
    .map(([name]) => name);
}

type Resources = Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;

/** A container as the LimitRange completes it, and what it refuses about it. */
export function completed(
  manifests: readonly Manifest[],
  given: Partial<Resources> = {},
): { readonly resources: Resources; readonly refused: string[] } {
  const range = ofKind(manifests, 'LimitRange')
    .flatMap(({ spec }) => spec.limits)
    .find(({ type }: Manifest) => type === 'Container');
  const limits = { ...range?.default, ...given.limits };
  const requests = { ...range?.defaultRequest, ...given.limits, ...given.requests };
  const refused = Object.entries<string>(range?.max ?? {})
    .filter(([name, max]) => limits[name] === undefined || quantity(limits[name]) > quantity(max))
    .map(([name]) => name);
  return { resources: { requests, limits }, refused };
}

/** Whether a claim of this size is within the LimitRange. */
export function claimFits(manifests: readonly Manifest[], storage: string): boolean {
  return ofKind(manifests, 'LimitRange')
    .flatMap(({ spec }) => spec.limits)
    .filter(({ type }: Manifest) => type === 'PersistentVolumeClaim')
    .every(({ max }: Manifest) => quantity(storage) <= quantity(max.storage));
}
