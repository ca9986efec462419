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
  readonly run: () => Promise<Answer<unknown>>;
  /** Makes an answer again that was not kept itself. */
  readonly again: (kept: unknown) => Promise<Answer<unknown>>;
}

/** Seconds after which whoever sent the same request at the same time asks again. */
const LATER = 2;

/**
 * Runs a change at most once for each key of a caller, and answers what it answered then to who repeats it. A change
 * that was refused gives its key back. Of an answer with a secret no more is kept than what it was made of.
 */
export async function runOnce(
  { caller, key, asked, run, again }: Repeatable,
  { state, clock }: Pick<ApiDeps, 'state' | 'clock'>,
): Promise<Answer<unknown>> {
  if (key === undefined) return run();
  const name = hashSecret(JSON.stringify([caller.actor, key]));
  const reservation = await state.begin(name, hashSecret(JSON.stringify(asked)), clock.now());
  switch (reservation.kind) {
    case 'done':
      return readAnswer(reservation.answer, again);
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
  const { kept } = answer;
  await state.finish(name, JSON.stringify(kept === undefined ? answer : { kept }), clock.now());
  return answer;
}

/** This function alone writes them. */
async function readAnswer(text: string, again: Repeatable['again']): Promise<Answer<unknown>> {
  const parsed = parseJson(text, (value) => ({ ok: true, value: value as Answer<unknown> }));
  if (!parsed.ok) throw new Error('A kept answer can not be read.');
  const { kept } = parsed.value;
  return kept === undefined ? parsed.value : again(kept);
}
