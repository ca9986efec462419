import { setTimeout as sleep } from 'node:timers/promises';

interface WaitOptions {
  readonly what: string;
  readonly seconds: number;
  readonly every?: number;
  readonly signal?: AbortSignal | undefined;
  readonly alive?: () => string | undefined;
}

/** Waits for a condition, not for a time. `alive` ends the wait early by naming what died. */
export async function waitFor(condition: () => Promise<boolean>, options: WaitOptions): Promise<void> {
  const until = Date.now() + options.seconds * 1000;
  while (!(await condition())) {
    options.signal?.throwIfAborted();
    const death = options.alive?.();
    if (death !== undefined) throw new Error(death);
    if (Date.now() > until) throw new Error(`${options.what} did not answer within ${options.seconds} s.`);
    await sleep(options.every ?? 100);
  }
}

/** Whether an address answers HTTP at all, with a status that `accept` takes. */
export async function answers(
  url: string,
  init: RequestInit = {},
  accept = (status: number) => status < 500,
): Promise<boolean> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(5000) });
    await response.arrayBuffer();
    return accept(response.status);
  } catch {
    return false;
  }
}
