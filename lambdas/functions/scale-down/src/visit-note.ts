import type { Bookmarks } from '@multi-tenant-runner/core';
import type { Failures } from './set-aside';

/** What a visit of the sweep leaves for the tenant's next one. */
export interface VisitNote {
  readonly failures: Failures;
  /** Behind which open launch and open job the next visit goes on; undefined: at the first. */
  readonly launches?: string;
  readonly jobs?: string;
  /** The last machine that was looked up, of those that no launch of a page accounted for. */
  readonly machine?: string;
}

const NO_NOTE: VisitNote = { failures: {} };

const nameOf = (installationId: number): string => `visit-${installationId}`;

export async function readNote(installationId: number, bookmarks: Bookmarks): Promise<VisitNote> {
  const text = await bookmarks.readCursor(nameOf(installationId));
  // Only the function below writes it.
  return text === undefined ? NO_NOTE : (JSON.parse(text) as VisitNote);
}

/** Costs nothing where nothing is to be remembered, and nothing was. */
export async function writeNote(
  installationId: number,
  { before, after }: { readonly before: VisitNote; readonly after: VisitNote },
  bookmarks: Bookmarks,
): Promise<void> {
  const text = JSON.stringify(after);
  if (text === JSON.stringify(before)) return;
  const isEmpty = text === JSON.stringify(NO_NOTE);
  await bookmarks.writeCursor(nameOf(installationId), isEmpty ? undefined : text);
}
