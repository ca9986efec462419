export const VIEWS = ['live', 'why', 'usage', 'health'] as const;
export type View = (typeof VIEWS)[number];

/** What the part of the address behind the # says: a way in, or a view and what it is about. */
export type Entry =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'view'; readonly view: View; readonly about?: string };

/** Pure. */
export function parseEntry(hash: string): Entry {
  const [, token] = /^#(?:link|token)=([\w.~-]+)$/.exec(hash) ?? [];
  if (token !== undefined) return { kind: 'token', token };
  const [, name, about] = /^#\/(\w+)(?:\/(.+))?$/.exec(hash) ?? [];
  const view = VIEWS.find((one) => one === name) ?? 'live';
  return { kind: 'view', view, ...(about !== undefined && { about: decode(about) }) };
}

/** Of what was pasted: a link to the page, or a token. Undefined where it is neither. Pure. */
export function tokenIn(text: string): string | undefined {
  const trimmed = text.trim();
  const hash = trimmed.indexOf('#');
  const entry = hash === -1 ? undefined : parseEntry(trimmed.slice(hash));
  if (entry?.kind === 'token') return entry.token;
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(trimmed) ? trimmed : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
