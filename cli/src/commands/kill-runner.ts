import { SECOND, decideKill, killRecord, requestEnd, type KillDecision, type Launch } from '@multi-tenant-runner/core';
import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, changed, usage } from '../problem';
import { findLaunch, type RunnerRef } from '../read/find-launch';
import { recordChange, requireReason } from './record-change';
import type { ChangeOptions } from './tenants';

export interface KillOptions extends ChangeOptions {
  readonly force: boolean;
  readonly wait: boolean;
}

/** The sweep comes every minute, and EC2 and GitHub answer within seconds. */
const LOOK_EVERY = 3 * SECOND;
const LOOKS = 60;

/** Has a machine ended, waits for that, and answers what proves it. */
export async function killRunner(name: RunnerRef, options: KillOptions, fleet: Fleet): Promise<Answer> {
  requireReason(options);
  const launch = await findLaunch(name, fleet);
  const decision = decideKill(launch, options.force);
  const { kind, sentence } = decision;
  if (kind === 'refuse') throw new Problem(sentence.replace('only force', 'only --force'), EXIT.refused);
  if (options.dryRun || decision.proof !== undefined) return answerOf(launch, decision, options.dryRun);
  if (options.force && !options.yes) throw usage(`${sentence} Repeat the command with --yes if that is what you want.`);
  const asked = kind === 'nothing' ? launch : await ask(launch, options, fleet);
  return options.wait ? waitForEnd(asked, options, fleet) : answerOf(asked, decision, false);
}

async function ask(launch: Launch, options: KillOptions, fleet: Fleet): Promise<Launch> {
  const { installationId, launchId } = launch;
  const after = killRecord(launch, options.force);
  await recordChange({ installationId, action: 'runner.end-asked', after }, options, fleet);
  const written = await requestEnd(launch, options, fleet);
  if (!written.ok) throw changed(`${launchId} has gone on in the meantime, so nothing was written; look again.`);
  return written.row;
}

async function waitForEnd({ installationId, launchId }: Launch, options: KillOptions, fleet: Fleet): Promise<Answer> {
  for (let look = 0; look < LOOKS; look += 1) {
    const launch = await fleet.launches.get(installationId, launchId);
    if (launch === undefined) break;
    const decision = decideKill(launch, options.force);
    if (decision.proof !== undefined) return answerOf(launch, decision, false);
    if (decision.kind === 'refuse') throw new Problem(decision.sentence, EXIT.refused);
    await fleet.sleep(LOOK_EVERY);
  }
  throw new Problem(
    `${launchId} has not ended within three minutes; it is still asked for. See the log of scale-down for what ` +
      'GitHub or EC2 says, and "mtr runners show" later.',
    EXIT.failed,
  );
}

function answerOf(launch: Launch, { sentence, proof }: KillDecision, dryRun: boolean): Answer {
  const { launchId, instanceId, state, takenBy, machineEndedAt } = launch;
  return {
    kind: 'fields',
    fields: {
      launch: launchId,
      instance: instanceId,
      state,
      took_job: takenBy,
      machine_ended_at: machineEndedAt,
      proof,
      ...(dryRun && { dry_run: true }),
    },
    sentence,
  };
}
