import {
  addUsage,
  usageOf,
  usageOfCorrection,
  type CorrectedLife,
  type MachineLife,
  type UsageCorrection,
} from '../model/usage';
import { costOfLife } from './machine-life';

/** What a machine should have in the ledger. Without a cost it costs what its price says of its seconds. */
export interface CorrectionRequest {
  readonly id: string;
  readonly seconds?: number;
  readonly costMicros?: number;
}

export interface CorrectionNote {
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
}

export type CorrectionDecision =
  | {
      readonly kind: 'write';
      readonly correction: UsageCorrection;
      readonly wanted: Figures;
      readonly sentence: string;
    }
  /** The ledger says so already. */
  | { readonly kind: 'nothing'; readonly sentence: string }
  | { readonly kind: 'refuse'; readonly sentence: string };

/** A year; no machine lives so long. */
const MOST_SECONDS = 366 * 86_400;
const MICROS = 1_000_000;

/** What is added to a machine's row so that it comes to what it should. Pure. */
export function decideCorrection(
  { life, corrections }: CorrectedLife,
  request: CorrectionRequest,
  { at, by, reason }: CorrectionNote,
): CorrectionDecision {
  const { id, costMicros } = request;
  if (request.seconds === undefined && costMicros === undefined)
    return refuse('Say how many seconds or dollars it should be.');
  const known = corrections.find((one) => one.id === id);
  const upTo = known === undefined ? corrections : corrections.slice(0, known.number);
  const standing = upTo.map(usageOfCorrection).reduce(addUsage, usageOf(life));
  const wanted = wantedOf(request, standing.seconds, life);
  if (!isWhole(wanted.seconds) || wanted.seconds > MOST_SECONDS || !isWhole(wanted.costMicros))
    return refuse('Seconds and dollars are at least 0, seconds are whole, and a machine lives for less than a year.');
  const added = {
    seconds: wanted.seconds - standing.seconds,
    costMicros: wanted.costMicros - standing.costMicros,
    unpriced: costMicros === undefined ? 0 : -standing.unpriced,
  };
  const isSame = Object.values(added).every((one) => one === 0);
  const what = `${life.instanceId} of ${life.launchId}`;
  if (known !== undefined) return isSame ? nothing(`${id} is recorded: ${what}, ${say(wanted)}.`) : refuse(usedUp(id));
  if (isSame) return nothing(`${what} has ${say(wanted)} already.`);
  const { installationId, launchId, instanceId, repository, tier, startedAt, endedAt } = life;
  const of = { installationId, launchId, instanceId, tier, startedAt, endedAt, ...(repository && { repository }) };
  return {
    kind: 'write',
    wanted,
    correction: { ...of, id, number: corrections.length + 1, ...added, at: at.toISOString(), by, reason },
    sentence: `${what} has ${say(wanted)} instead of ${say(standing)}.`,
  };
}

interface Figures {
  readonly seconds: number;
  readonly costMicros: number;
}

function wantedOf({ seconds, costMicros }: CorrectionRequest, standing: number, { price }: MachineLife): Figures {
  const lived = seconds ?? standing;
  return { seconds: lived, costMicros: costMicros ?? costOfLife(price, lived) };
}

const say = ({ seconds, costMicros }: Figures): string => `${seconds} s and $${costMicros / MICROS}`;

/** Of an id that stands for another correction. */
export function usedUp(id: string): string {
  return `${id} is the id of another correction; an id counts once.`;
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const nothing = (sentence: string): CorrectionDecision => ({ kind: 'nothing', sentence });
const refuse = (sentence: string): CorrectionDecision => ({ kind: 'refuse', sentence });
