import { DAY } from './time';

/** The attribute of a tenant's row: where its own events are sent to. */
export const CALLBACK_ATTRIBUTE = 'callback_url';
const LONGEST = 500;
/** Names that no public server has. */
const NOT_PUBLIC = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|arpa|test|invalid|example)$/;

/**
 * Undefined: events may be sent there, as far as the text says. What its name stands for is looked at when they are:
 * an address in the place of a name, in whatever form, is none here, as `URL` makes all of them one.
 */
export function callbackProblem(text: string): string | undefined {
  if (text.length > LONGEST) return `has more than ${LONGEST} characters`;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'is not an address';
  }
  const { protocol, hostname, port, username, password, hash } = url;
  if (protocol !== 'https:') return 'does not begin with https://';
  if (username !== '' || password !== '') return 'has a user or a password in it';
  if (port !== '') return 'names a port; only 443 is called';
  if (hash !== '') return 'has a fragment';
  if (hostname.startsWith('[') || /^[\d.]+$/.test(hostname)) return 'has an IP address in the place of a name';
  if (!hostname.includes('.') || hostname.endsWith('.') || NOT_PUBLIC.test(hostname)) return 'is not a public name';
  return undefined;
}

/** Of a tenant's secret, with which its callbacks are signed. */
export function callbackParameter(environment: string, installationId: number): string {
  return `/${environment}/callbacks/${installationId}`;
}

/** How long the old secret signs too, once there is a new one. */
const OVERLAP = DAY;

/** The parameter's text: the newest secret first; what it replaced on the second line, with its end. */
export function renderSecrets(next: string, standing: string | undefined, now: Date): string {
  const [replaced] = standing === undefined ? [] : secretsIn(standing, now);
  return replaced === undefined ? next : `${next}\n${replaced} ${new Date(now.getTime() + OVERLAP).toISOString()}`;
}

/** Those that sign now, the newest first. */
export function secretsIn(text: string, now: Date): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [secret = '', until] = line.trim().split(' ');
    return secret === '' || (until !== undefined && until <= now.toISOString()) ? [] : [secret];
  });
}
