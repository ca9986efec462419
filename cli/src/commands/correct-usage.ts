import { correctUsage, type CorrectionRequest, type MachineLife } from '@multi-tenant-runner/core';
import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, notFound } from '../problem';
import { findTenant } from '../read/find-tenant';
import { requireReason } from './record-change';
import type { ChangeOptions } from './tenants';

export interface Correction {
  readonly launch: string;
  readonly tenant: string;
  /** In which the machine ended. */
  readonly month: string;
  /** Chosen by who corrects; else a new one. */
  readonly id?: string;
  readonly seconds?: number;
  readonly dollars?: number;
}

const MICROS = 1_000_000;

/** Says by a new row what a machine's row in the ledger should be. */
export async function correctOneUsage(asked: Correction, options: ChangeOptions, fleet: Fleet): Promise<Answer> {
  requireReason(options);
  const { installationId } = await findTenant(asked.tenant, fleet.directory);
  const { launchId, startedAt } = await findLife(installationId, asked, fleet);
  const requestId = randomUUID();
  const { id = requestId, seconds, dollars } = asked;
  const request: CorrectionRequest = {
    id,
    ...(seconds !== undefined && { seconds }),
    ...(dollars !== undefined && { costMicros: Math.round(dollars * MICROS) }),
  };
  const by = await fleet.whoAmI();
  const note = { at: fleet.clock.now(), by, reason: options.reason?.trim() ?? '', via: 'mtr', requestId } as const;
  const answer = await correctUsage(
    { key: { installationId, launchId, startedAt }, request, note, dryRun: options.dryRun },
    fleet,
  );
  const { sentence } = answer;
  if (answer.kind === 'none') throw notFound(sentence);
  if (answer.kind === 'refuse') throw new Problem(sentence, EXIT.refused);
  if (answer.kind === 'nothing')
    return { kind: 'fields', fields: { installation: installationId, launch: launchId }, sentence };
  const { correction } = answer;
  const fields = {
    installation: installationId,
    launch: launchId,
    correction: id,
    dry_run: answer.kind === 'would-record' || undefined,
    seconds_added: correction.seconds,
    usd_added: correction.costMicros / MICROS,
  };
  return { kind: 'fields', fields, sentence };
}

async function findLife(installationId: number, { launch, month }: Correction, { usage }: Fleet): Promise<MachineLife> {
  for await (const life of usage.livesOf(installationId, month))
    if (life.launchId === launch || life.instanceId === launch) return life;
  throw notFound(`The ledger has no machine ${launch} that ended in ${month}; --month names another.`);
}
