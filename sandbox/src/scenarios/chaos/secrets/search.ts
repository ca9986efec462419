/** A secret by its value, whatever its shape. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

export interface Place {
  readonly name: string;
  readonly text: string;
}

/** Where something was found, never what it was. */
export interface Finding {
  readonly place: string;
  readonly secret: string;
  readonly offset: number;
}

/** Secrets that are made anew all the time are known by their shape. */
const SHAPES: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { name: 'an installation token', pattern: /\bgh[a-z]_[A-Za-z0-9._-]{16,}/ },
  { name: 'the secret of a callback', pattern: /\bwhsec_[A-Za-z0-9+/]{16,}/ },
  { name: 'a JSON web token', pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{80,}/ },
  // The first characters of `{".runner":"`, in base64: what a runner's configuration always begins with.
  { name: 'a runner configuration', pattern: /eyIucnVubmVyIjoi/ },
];
const BASE64 = /[A-Za-z0-9+/_-]{64,}={0,2}/g;
const PIECE = 48;
const DEEPEST = 2;

/** Looks for the secrets in every place: as they are, in pieces, escaped, and inside of what is itself base64. */
export function searchSecrets(secrets: readonly Secret[], places: readonly Place[]): readonly Finding[] {
  const needles = secrets.flatMap((secret) => needlesOf(secret.value).map((needle) => ({ name: secret.name, needle })));
  return places.flatMap((place) =>
    lookInto(place.text, needles, 0).map(({ secret, offset }) => ({ place: place.name, secret, offset })),
  );
}

interface Needle {
  readonly name: string;
  readonly needle: string;
}

function lookInto(text: string, needles: readonly Needle[], depth: number): readonly Omit<Finding, 'place'>[] {
  const found = new Map<string, number>();
  const note = (secret: string, offset: number): void =>
    void (offset >= 0 && !found.has(secret) && found.set(secret, offset));
  for (const { name, needle } of needles) note(name, text.indexOf(needle));
  for (const { name, pattern } of SHAPES) note(name, text.search(pattern));
  if (depth < DEEPEST) {
    for (const match of text.matchAll(BASE64)) {
      const inside = readable(Buffer.from(match[0], 'base64'));
      for (const one of inside === undefined ? [] : lookInto(inside, needles, depth + 1))
        note(`${one.secret}, in base64`, match.index);
    }
  }
  return [...found].map(([secret, offset]) => ({ secret, offset }));
}

/** The value, its usual encodings, and pieces of it: half a key in a truncated log line is a key that leaked. */
function needlesOf(value: string): readonly string[] {
  const encoded = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    base64(value, 'base64'),
    base64(value, 'base64url'),
  ];
  const lines = value.split('\n').filter((line) => line.length >= PIECE && !line.startsWith('-----'));
  return [...new Set([...encoded, ...[value, ...lines].flatMap(pieces)])];
}

function pieces(text: string): readonly string[] {
  if (text.length < 2 * PIECE) return text.length >= PIECE ? [text.slice(0, PIECE)] : [];
  const found: string[] = [];
  for (let at = 0; at + PIECE <= text.length; at += PIECE) found.push(text.slice(at, at + PIECE));
  return found.filter((piece) => !piece.includes('-----'));
}

function base64(value: string, form: 'base64' | 'base64url'): string {
  // The last characters depend on what follows.
  return Buffer.from(value).toString(form).replace(/=+$/, '').slice(0, -2);
}

/** Text inside of bytes, or undefined where they are no text. */
function readable(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1');
  const odd = [...text].filter(
    (character) => (character < ' ' && !'\n\r\t'.includes(character)) || character > '~',
  ).length;
  return odd * 20 > text.length ? undefined : text;
}
