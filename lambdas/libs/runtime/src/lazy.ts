import type { Clock } from '@multi-tenant-runner/core';

export interface LazyOptions {
  readonly clock: Clock;
  /** Milliseconds after which the value is loaded again. */
  readonly maxAge: number;
}

/** Loads once for concurrent callers. A failure is not cached, so that the next call tries again. */
export function lazy<T>(load: () => Promise<T>, options?: LazyOptions): () => Promise<T> {
  let standing: { readonly value: Promise<T>; readonly since: number } | undefined;
  const now = (): number => options?.clock.now().getTime() ?? 0;
  return () => {
    if (standing !== undefined && now() - standing.since < (options?.maxAge ?? Number.POSITIVE_INFINITY))
      return standing.value;
    const attempt = { value: load(), since: now() };
    standing = attempt;
    attempt.value.catch(() => {
      if (standing === attempt) standing = undefined;
    });
    return attempt.value;
  };
}
