import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { App } from './app';

/**
 * A domain of a tenant's own that is to lead to its app.
 *
 *     waiting → serving ⇄ lost → leaving → waiting, or gone
 *
 * `waiting`: DNS has not shown the record that proves it. `serving`: it has. `lost`: it did, and no longer does; the
 * address still answers. `leaving`: the rule is to go without it; until it does nobody else can have the domain.
 */
export const HOST_STATES = ['waiting', 'serving', 'lost', 'leaving'] as const;
export type AppHostState = (typeof HOST_STATES)[number];

/** Times are ISO 8601. */
export interface AppHost {
  /** As DNS has it: ASCII, in lower case, without a dot at its end. */
  readonly host: string;
  readonly state: AppHostState;
  readonly askedAt: string;
  /** When DNS was asked last. */
  readonly checkedAt?: string;
  /** When the record was seen last. */
  readonly provenAt?: string;
  /** Since when DNS says that there is none. */
  readonly lostAt?: string;
  /** What the last look found, in a sentence. */
  readonly problem?: string;
  /** Of one that leaves: somebody asked for that, so it does not wait for its record again. */
  readonly removed?: boolean;
}

/**
 * Own domains of one app: a rule compares at most five values, and `<app>.<domain>` is one of them.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
 */
export const MOST_HOSTS = 4;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_HostHeaderConditionConfig.html */
const LONGEST = 128;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Names that no public DNS has, and that lead to something of the platform's own where private DNS has them. */
const PRIVATE = ['arpa', 'internal', 'local', 'localhost'];

/** A domain as it is compared and stored, or every problem with it. None repeats what was given. */
export function parseAppHost(
  given: string,
  { domain }: { readonly domain: string },
): { readonly ok: true; readonly host: string } | { readonly ok: false; readonly problems: readonly string[] } {
  if (given.includes('*')) return { ok: false, problems: ['a wildcard is no domain of one app'] };
  const plain = /^[\p{L}\p{M}\p{N}.\-\u3002]{1,253}$/u.test(given) ? domainToASCII(given) : '';
  const host = plain.endsWith('.') ? plain.slice(0, -1) : plain;
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label)))
    return { ok: false, problems: ['it is not a name of DNS, such as shop.example.com'] };
  const problems = [
    ...(host.length > LONGEST ? [`it has more than the ${LONGEST} characters that a load balancer compares`] : []),
    // AWS takes letters alone after the last dot, so neither addresses nor top-level domains in other scripts.
    ...(/^[a-z]{2,}$/.test(last) ? [] : ['a load balancer compares no name whose last part has more than letters']),
    ...(PRIVATE.includes(last) ? ['its last part is of no public domain'] : []),
    ...(host === domain || host.endsWith(`.${domain}`) ? ["it is below the platform's own domain"] : []),
  ];
  return problems.length === 0 ? { ok: true, host } : { ok: false, problems };
}

/**
 * The TXT record that proves a domain for one app. Its value is of no use to anybody else: it names the installation,
 * the tenant, that very app and the domain. It is no secret, as who can write it into DNS needs none.
 */
export function challengeOf(
  environment: string,
  { installationId, app, createdAt }: Pick<App, 'installationId' | 'app' | 'createdAt'>,
  host: string,
): { readonly name: string; readonly value: string } {
  const said = JSON.stringify([environment, installationId, app, createdAt, host]);
  const hash = createHash('sha256').update(said).digest('hex');
  return { name: `_mtr-challenge.${host}`, value: `mtr-verify=${hash}` };
}

export function isHostServed({ state }: Pick<AppHost, 'state'>): boolean {
  return state === 'serving' || state === 'lost';
}
