import { parseJson } from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import type { Caller } from '../access/caller';
import type { ApiDeps } from '../deps';
import type { Answer } from '../operations/operation';
import { Problem } from './problem';

export interface Repeatable {
  readonly caller: Caller;
  /** The header `Idempotency-Key`; undefined: each request counts for itself. */
  readonly key: string | undefined;
  /** What was asked: the same key with anything else is a mistake. */
  readonly asked: readonly unknown[];
}

/** Seconds after which whoever sent the same request at the same time asks again. */
const LATER = 2;

/**
 * Runs a change at most once for each key of a caller, and answers what it answered then to who repeats it. A change
 * that was refused gives its key back.
 */
export async function runOnce(
  { caller, key, asked }: Repeatable,
  run: () => Promise<Answer<unknown>>,
  { state, clock }: Pick<ApiDeps, 'state' | 'clock'>,
): Promise<Answer<unknown>> {
  if (key === undefined) return run();
  const name = hashSecret(JSON.stringify([caller.actor, key]));
  const reservation = await state.begin(name, hashSecret(JSON.stringify(asked)), clock.now());
  switch (reservation.kind) {
    case 'done':
      return readAnswer(reservation.answer);
    case 'busy':
      throw new Problem('key-in-use', 'The same request is being handled; ask again.', { retryAfter: LATER });
    case 'other':
      throw new Problem('key-in-use', 'That Idempotency-Key was used with another request; use a new one.');
    case 'reserved':
  }
  let answer: Answer<unknown>;
  try {
    answer = await run();
  } catch (error) {
    if (error instanceof Problem) await state.release(name);
    throw error;
  }
  await state.finish(name, JSON.stringify(answer), clock.now());
  return answer;
}

/** This function alone writes them. */
function readAnswer(text: string): Answer<unknown> {
  const parsed = parseJson(text, (value) => ({ ok: true, value: value as Answer<unknown> }));
  if (!parsed.ok) throw new Error('A kept answer can not be read.');
  return parsed.value;
}
