import { parseJson, type MachineReports, type Parsed } from '@multi-tenant-runner/core';
import * as v from 'valibot';

/**
 * What a machine has reported so far goes back and forth with it, so that its next report needs no look at the row. It
 * can say anything: the write asks whether the row has exactly that.
 */
export function encodeSaid(reports: MachineReports): string {
  return Buffer.from(JSON.stringify(reports)).toString('base64url');
}

const time = v.pipe(v.string(), v.maxLength(40));
const count = v.pipe(v.number(), v.safeInteger());
const timings = v.record(v.pipe(v.string(), v.regex(/^[a-z]{1,20}$/)), count);
const reports = v.strictObject({
  boot: v.exactOptional(
    v.strictObject({
      at: time,
      timings,
      runnerVersion: v.exactOptional(v.pipe(v.string(), v.maxLength(20))),
      runnerAgeDays: v.exactOptional(count),
    }),
  ),
  activity: v.exactOptional(v.picklist(['busy', 'idle'])),
  activityAt: v.exactOptional(time),
  worked: v.exactOptional(v.boolean()),
  end: v.exactOptional(v.strictObject({ at: time, reason: v.pipe(v.string(), v.maxLength(40)), timings })),
  received: v.strictObject({ minute: count, inMinute: count, total: count, logBytes: count }),
});

/** Undefined: it is nothing that was ever answered, as far as that can be seen. */
export function decodeSaid(text: string): MachineReports | undefined {
  const parsed = parseJson(Buffer.from(text, 'base64url').toString('utf8'), readReports);
  return parsed.ok ? parsed.value : undefined;
}

function readReports(value: unknown): Parsed<MachineReports> {
  const { success, output } = v.safeParse(reports, value);
  return success ? { ok: true, value: output } : { ok: false, problems: ['is not what was reported'] };
}
