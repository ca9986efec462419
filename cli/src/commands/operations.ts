import { SECOND } from '@multi-tenant-runner/core';
import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, notFound, usage } from '../problem';
import { recordChange, requireReason } from './record-change';
import type { ChangeOptions } from './tenants';

/** A longer timer would not notice that the machine slept. */
const LOOK_EVERY = 10 * SECOND;

/** The dead-letter queues and what is in them. */
export async function listDeadLetters({ deadLetters }: Fleet): Promise<Answer> {
  const queues = await deadLetters.list();
  return {
    kind: 'rows',
    columns: ['queue', 'messages', 'redrive'],
    rows: queues.map(({ queue, messages, hasSource }) => ({
      queue,
      messages,
      redrive: hasSource ? `mtr redrive ${queue}` : 'see docs/operations.md',
    })),
    none: 'There are no dead-letter queues.',
  };
}

export async function redrive(queue: string, options: ChangeOptions, fleet: Fleet): Promise<Answer> {
  const { dryRun } = options;
  const { deadLetters } = fleet;
  const found = (await deadLetters.list()).find((one) => one.queue === queue);
  if (found === undefined) throw notFound(`There is no dead-letter queue ${queue}; "mtr redrive" lists them.`);
  if (!found.hasSource)
    throw new Problem(
      `${queue} has no queue that its messages came from; docs/operations.md says what to do with them.`,
      EXIT.refused,
    );
  if (!dryRun && found.messages > 0) {
    requireReason(options);
    const after = { queue, messages: found.messages };
    await recordChange({ installationId: 0, action: 'dead-letters.redriven', after }, options, fleet);
    await deadLetters.redrive(queue);
  }
  const sentence =
    found.messages === 0 ? `${queue} is empty.` : `${found.messages} messages ${dryRun ? 'would go' : 'go'} back.`;
  return { kind: 'fields', fields: { queue, messages: found.messages, dry_run: dryRun || undefined }, sentence };
}

/** Stops all launches of all tenants, or lets them go on. */
export async function setLaunches(enabled: boolean, options: ChangeOptions, fleet: Fleet): Promise<Answer> {
  const effect = enabled
    ? 'Launches go on: waiting jobs start.'
    : 'No tenant starts a job; webhooks are still accepted, and jobs wait in their queues for up to four days.';
  if (options.dryRun) return { kind: 'fields', fields: { dry_run: true }, sentence: effect };
  if (!enabled && !options.yes) throw usage(`${effect} Repeat the command with --yes if that is what you want.`);
  requireReason(options);
  const action = enabled ? 'launches.unfrozen' : 'launches.frozen';
  await recordChange({ installationId: 0, action, after: { enabled } }, options, fleet);
  const count = await fleet.triggers.setEnabled(enabled);
  return { kind: 'fields', fields: { queues: count, enabled }, sentence: effect };
}

/**
 * Stops all launches, and lets them go on at a time. It is mtr that does, so it runs until then: who ends it leaves
 * them stopped, as the doctor says.
 */
export async function* freezeUntil(until: Date, options: ChangeOptions, fleet: Fleet): AsyncGenerator<Answer> {
  const { clock, sleep } = fleet;
  const at = until.toISOString();
  if (until <= clock.now()) throw usage(`${at} is over; give a time to come, such as 2h.`);
  const frozen = await setLaunches(false, options, fleet);
  if (frozen.kind === 'fields') yield { ...frozen, fields: { ...frozen.fields, until: at } };
  if (options.dryRun) return;
  while (clock.now() < until) await sleep(Math.min(LOOK_EVERY, until.getTime() - clock.now().getTime()));
  yield await setLaunches(true, { ...options, reason: `${options.reason ?? ''} (until ${at})` }, fleet);
}
