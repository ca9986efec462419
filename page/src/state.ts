import { signal } from '@preact/signals';
import { createClient, Refusal, type Client } from './client';
import { parseEntry, type View } from './model/entry';
import type { Me } from './model/facts';

/** Who looks, and through what. */
export interface Session {
  readonly me: Me;
  readonly client: Client;
}

/** Of this tab alone, so that a reload stays in; it goes when the tab is closed. */
const KEPT = 'token';

export const session = signal<Session | undefined>(undefined);
/** Why nobody is in. */
export const closed = signal<string | undefined>(undefined);
export const view = signal<View>('live');
export const about = signal<string | undefined>(undefined);

/** Takes the token out of the address, so that it is in no bookmark and no history. */
export async function start(): Promise<void> {
  window.addEventListener('hashchange', () => void follow());
  await follow();
  const kept = sessionStorage.getItem(KEPT);
  if (session.value === undefined && kept !== null) await enter(kept);
}

async function follow(): Promise<void> {
  const entry = parseEntry(location.hash);
  if (entry.kind === 'view') {
    view.value = entry.view;
    about.value = entry.about;
    return;
  }
  history.replaceState(null, '', '#/live');
  view.value = 'live';
  await enter(entry.token);
}

export async function enter(token: string): Promise<void> {
  const client = createClient(location.pathname.replace(/\/page\/?$/, ''), token);
  try {
    const me = await client.me();
    sessionStorage.setItem(KEPT, token);
    closed.value = undefined;
    session.value = { me, client };
  } catch (error) {
    leave(sentenceOf(error));
  }
}

export function leave(because?: string): void {
  sessionStorage.removeItem(KEPT);
  session.value = undefined;
  closed.value = because;
}

/** What failed, in words; a link that is over ends the session. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refusal && error.status === 401) {
    leave('This link or token counts no more. A link is good for 15 minutes: ask for a new one.');
    return closed.value ?? '';
  }
  return error instanceof Error ? error.message : 'It failed, and nothing says why.';
}
