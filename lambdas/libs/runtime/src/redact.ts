/** Longer than any message of ours. */
const MAX_TEXT = 2_000;
const MAX_DEPTH = 6;
const GONE = '[redacted]';

const SECRETS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g,
  // Since April 2026 installation tokens contain a JWT, so their length varies and they contain dots.
  /\b(?:gh[a-z]_|github_pat_)[A-Za-z0-9._-]{16,}/g,
  // With which a tenant's callbacks are signed.
  /\bwhsec_[A-Za-z0-9+/=_-]{16,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.?[A-Za-z0-9_-]*/g,
  // A just-in-time configuration is some 4,000 characters of base64, an App key in base64 some 2,200.
  /[A-Za-z0-9+/_-]{200,}={0,2}/g,
];

/** Names whose values are never logged, however harmless they look. */
const SECRET_NAMES =
  /^(body|rawbody|payload|authorization|password|cookie|signature|headers)$|secret|token$|jit_?config|private_?key/i;
/** An EC2 client token is an idempotency key, not a secret, and the sweep's lines need it. */
const HARMLESS_NAMES = /^client_?token$/i;

export function redactText(text: string): string {
  const clean = SECRETS.reduce((result, pattern) => result.replace(pattern, GONE), text);
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}… (${clean.length} characters)` : clean;
}

/** Plain data for a log line: without secrets, with readable errors and collections, cycles and depth cut. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return redactError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value) || value instanceof Set) return [...value].map((entry) => redact(entry, depth + 1));
  return redactEntries(
    value instanceof Map ? [...value].map(([key, entry]) => [String(key), entry]) : Object.entries(value),
    depth,
  );
}

function redactEntries(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
  const isSecret = (name: string): boolean => SECRET_NAMES.test(name) && !HARMLESS_NAMES.test(name);
  return Object.fromEntries(entries.map(([name, entry]) => [name, isSecret(name) ? GONE : redact(entry, depth + 1)]));
}

/** Not `Object.entries`: an SDK error contains its whole request and response. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    message: redactText(error.message),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(error.stack !== undefined && { stack: placesOf(error.stack) }),
    ...(error.cause !== undefined && { cause: redact(error.cause, depth + 1) }),
  };
}

/** A stack repeats the message, over several lines, and part of a key would not be recognized as a secret. */
function placesOf(stack: string): string {
  const places = stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
  return redactText(places.slice(0, 5).join(' | '));
}
