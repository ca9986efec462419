import { TAG } from './names';

/**
 * A machine's own report in its tag `ghr:boot`. It only serves explanations, as a job's code can write it too.
 */
export type BootReport =
  | { readonly kind: 'ok'; readonly runnerVersion?: string; readonly runnerAgeDays?: number }
  /** One of the codes in docs/runners.md, or any other value of the tag. */
  | { readonly kind: 'failed'; readonly code: string };

const FAILED = /^failed:([a-z0-9-]{1,60})(?: |$)/;
const AGE = / age=(\d{1,5})(?: |$)/;
const VERSION = / version=([0-9.]{1,20})(?: |$)/;

/** `ok metadata=90ms … version=2.336.0 age=3`, or `failed:checksum metadata=90ms …`; undefined for anything else. */
export function parseBootReport(tags: Readonly<Record<string, string>>): BootReport | undefined {
  const text = tags[TAG.boot] ?? '';
  const code = FAILED.exec(text)?.[1];
  if (code !== undefined) return { kind: 'failed', code };
  if (!text.startsWith('ok')) return undefined;
  const [, runnerVersion] = VERSION.exec(text) ?? [];
  const [, age] = AGE.exec(text) ?? [];
  return {
    kind: 'ok',
    ...(runnerVersion !== undefined && { runnerVersion }),
    ...(age !== undefined && { runnerAgeDays: Number(age) }),
  };
}
