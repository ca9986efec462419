import {
  object,
  optional,
  parse,
  splitSecret,
  type MachineReports,
  type Parsed,
  type StepTimings,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ClaimRequest } from './decide-claim';
import { decodeSaid } from './said';

/** One thing that a machine says of itself. */
export type MachineEvent =
  | {
      readonly kind: 'boot';
      readonly timings: StepTimings;
      readonly version?: string | undefined;
      readonly ageDays?: number | undefined;
    }
  | { readonly kind: 'busy' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'end'; readonly reason: string; readonly timings: StepTimings }
  | { readonly kind: 'log'; readonly lines: readonly string[] };

export interface ReportRequest {
  readonly instanceId: string;
  readonly secret: string;
  /** The launch that it says is its own, and what it says it has reported so far: nothing, where that is absent. */
  readonly key?: ClaimRequest['key'];
  readonly said?: MachineReports;
  readonly events: readonly MachineEvent[];
}

/** Bytes of a request's body. */
export const MAX_BODY = 16 * 1_024;

const text = (pattern: RegExp, what: string) => v.pipe(v.string(what), v.regex(pattern, what));
const number = (max: number, what: string) =>
  v.pipe(v.number(what), v.integer(what), v.minValue(0, what), v.maxValue(max, what));
const list = <T extends v.GenericSchema>(entry: T, max: number, what: string) =>
  v.pipe(v.array(entry, what), v.maxLength(max, what));

const instanceId = text(/^i-[0-9a-f]{8,17}$/, "is not an instance's id");
const nonce = text(/^[A-Za-z0-9_-]{20,100}$/, 'is not a secret');
/** That of a pool's machine names the places of its call. */
const secret = text(/^[A-Za-z0-9_-]{20,300}$/, 'is not a secret');
const timings = v.pipe(
  v.record(text(/^[a-z]{1,20}$/, 'is not a step'), number(86_400_000, 'is not a time in milliseconds'), 'is not a map'),
  v.check((steps) => Object.keys(steps).length <= 10, 'has more than ten steps'),
);

const claim = object({
  instance_id: instanceId,
  secret,
  nonce,
  interface_id: optional(text(/^eni-[0-9a-f]{8,17}$/, "is not an interface's id")),
  launch_index: optional(number(999, "is not a machine's number")),
});
const event = v.variant(
  'kind',
  [
    v.object({
      kind: v.literal('boot'),
      timings,
      version: optional(text(/^[0-9A-Za-z.+-]{1,20}$/, 'is not a version')),
      age_days: optional(number(99_999, 'is not a number of days')),
    }),
    v.object({ kind: v.literal('busy') }),
    v.object({ kind: v.literal('idle') }),
    v.object({ kind: v.literal('end'), reason: text(/^[a-z0-9-]{1,40}$/, 'is not a reason'), timings }),
    v.object({
      kind: v.literal('log'),
      lines: list(v.string('is not a text'), 1_000, 'is not a list of at most 1,000 lines'),
    }),
  ],
  'is not an event',
);
const report = object({
  instance_id: instanceId,
  secret,
  state: optional(text(/^[A-Za-z0-9_-]{0,3000}$/, 'is not what an answer said')),
  events: list(event, 10, 'is not a list of at most 10'),
});

export function parseClaim(value: unknown): Parsed<ClaimRequest> {
  const parsed = parse(claim, value);
  if (!parsed.ok) return parsed;
  const {
    instance_id: id,
    interface_id: interfaceId,
    launch_index: launchIndex,
    secret: given,
    ...rest
  } = parsed.value;
  return { ok: true, value: { instanceId: id, interfaceId, launchIndex, ...splitSecret(given), ...rest } };
}

export function parseReport(value: unknown): Parsed<ReportRequest> {
  const parsed = parse(report, value);
  if (!parsed.ok) return parsed;
  const { instance_id: id, secret: given, state, events } = parsed.value;
  const said = state === undefined ? undefined : decodeSaid(state);
  return {
    ok: true,
    value: { instanceId: id, ...splitSecret(given), ...(said && { said }), events: events.map(toEvent) },
  };
}

function toEvent(given: v.InferOutput<typeof event>): MachineEvent {
  if (given.kind !== 'boot') return given;
  const { age_days: ageDays, ...boot } = given;
  return { ...boot, ageDays };
}
