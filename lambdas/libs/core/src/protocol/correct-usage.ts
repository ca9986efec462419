import {
  decideCorrection,
  usedUp,
  type CorrectionDecision,
  type CorrectionNote,
  type CorrectionRequest,
} from '../decisions/decide-correction';
import type { LifeKey, UsageCorrection } from '../model/usage';
import type { AuditTrail, UsageCorrections } from '../ports';

export interface CorrectUsageDeps {
  readonly corrections: Pick<UsageCorrections, 'find' | 'record'>;
  readonly audit: Pick<AuditTrail, 'record'>;
}

export interface CorrectionOrder {
  readonly key: LifeKey;
  readonly request: CorrectionRequest;
  readonly note: CorrectionNote & { readonly via: 'api' | 'mtr'; readonly requestId: string };
  /** Says what would be written, and writes nothing. */
  readonly dryRun?: boolean;
}

export type CorrectionAnswer =
  | { readonly kind: 'recorded' | 'would-record'; readonly correction: UsageCorrection; readonly sentence: string }
  /** `none`: the ledger has no such machine. */
  | { readonly kind: 'none'; readonly sentence: string }
  | Exclude<CorrectionDecision, { readonly kind: 'write' }>;

/** Each time that it is overtaken another correction of the same machine was written. */
const TRIES = 10;

/**
 * Corrects what the ledger says of a machine, once for each id, however often it is asked and whoever else corrects at
 * the same time. The audit trail has it before the ledger: what can't be recorded is not done.
 */
export async function correctUsage(
  { key, request, note, dryRun = false }: CorrectionOrder,
  { corrections, audit }: CorrectUsageDeps,
): Promise<CorrectionAnswer> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const found = await corrections.find(key);
    if (found === undefined)
      return { kind: 'none', sentence: `The ledger has no machine of ${key.launchId} from ${key.startedAt}.` };
    const decision = decideCorrection(found, request, note);
    if (decision.kind !== 'write') return decision;
    const { correction, wanted, sentence } = decision;
    if (dryRun) return { kind: 'would-record', correction, sentence };
    const { id, launchId } = correction;
    await audit.record({
      installationId: key.installationId,
      at: correction.at,
      id: note.requestId,
      action: 'usage.corrected',
      actor: note.by,
      via: note.via,
      reason: note.reason,
      requestId: note.requestId,
      after: { correction: id, launch_id: launchId, seconds: wanted.seconds, cost_micros: wanted.costMicros },
    });
    const outcome = await corrections.record(correction);
    if (outcome.kind === 'recorded') return { kind: 'recorded', correction, sentence };
    const isOther = outcome.kind === 'known' && outcome.correction.launchId !== key.launchId;
    if (isOther) return { kind: 'refuse', sentence: usedUp(request.id) };
  }
  throw new Error(`The machine of ${key.launchId} is corrected by others all the time`);
}
