import { parseJson, type MachineReports, type Parsed } from '@multi-tenant-runner/core';
import * as v from 'valibot';

/**
 * What a machine has reported so far goes back and forth with it, so that its next report needs no look at the row. It
 * can say anything: the write asks whether the row has exactly that.
 */
export function encodeSaid(reports: MachineReports): string {
  return Buffer.from(JSON.stringify(reports)).toString('base64url');
}

const count = v.pipe(v.number(), v.safeInteger());
const reports = v.strictObject({
  runnerVersion: v.exactOptional(v.pipe(v.string(), v.maxLength(20))),
  activity: v.exactOptional(v.picklist(['busy', 'idle'])),
  end: v.exactOptional(v.pipe(v.string(), v.maxLength(40))),
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
