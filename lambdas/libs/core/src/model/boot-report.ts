import { TAG } from './names';

/**
 * What a machine says of itself in its tag `ghr:boot`. It is believed for explanations only: the code of a job can
 * write it too.
 */
export type BootReport =
  | { readonly kind: 'ok'; readonly runnerVersion?: string; readonly runnerAgeDays?: number }
  /** The code is one of those in docs/runners.md, or whatever the tag held. */
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
