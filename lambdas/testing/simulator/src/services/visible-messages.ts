import type { FairShare } from './fair-share';

/** Messages that may be received, oldest first; those of quiet tenants come before those of noisy ones. */
export interface VisibleMessages<M> {
  add(message: M): void;
  /** Where the oldest is that may come next. */
  first(): number;
  /** Where one of those is that may come next. @param place from 0 up to, not including, 1 */
  at(place: number): number;
  remove(index: number): M | undefined;
  readonly length: number;
}

/** An outage leaves tens of thousands here: what is asked for each message looks at few of them. */
export function createVisibleMessages<M>(
  share: Pick<FairShare, 'isNoisy' | 'noisy' | 'inFlight'>,
  tenantOf: (message: M) => string,
): VisibleMessages<M> {
  const messages: M[] = [];
  const indexesOf = (matches: (tenant: string) => boolean): number[] =>
    messages.flatMap((message, index) => (matches(tenantOf(message)) ? [index] : []));
  /** Of noisy tenants alone: those of the one that has the fewest in flight. */
  const ofFewest = (): number[] => {
    const fewest = messages.reduce((least, one) => Math.min(least, share.inFlight(tenantOf(one))), Infinity);
    return indexesOf((tenant) => share.inFlight(tenant) === fewest);
  };
  return {
    add: (message) => void messages.push(message),
    first: () => {
      const quiet = messages.findIndex((message) => !share.isNoisy(tenantOf(message)));
      return quiet >= 0 ? quiet : (ofFewest()[0] ?? 0);
    },
    at: (place) => {
      const noisy = share.noisy();
      if (noisy.size === 0) return Math.floor(place * messages.length);
      const quiet = indexesOf((tenant) => !noisy.has(tenant));
      const next = quiet.length > 0 ? quiet : ofFewest();
      return next[Math.floor(place * next.length)] ?? 0;
    },
    remove: (index) => messages.splice(index, 1)[0],
    get length() {
      return messages.length;
    },
  };
}
