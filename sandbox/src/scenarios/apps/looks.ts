import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxPaths } from '../../lib/state';
import { waitFor } from '../../lib/wait';
import type { Checks } from '../kit/checks';
import type { Mtr } from '../operate/mtr';
import type { Ask } from '../saas/ask';
import type { Platform } from './platform';
import type { Tenant } from './tenant';

export interface AppsContext {
  readonly platform: Platform;
  readonly paths: SandboxPaths;
  /** Where the apps answer by their names. */
  readonly front: string;
  readonly control: string;
  /** What DNS has, by name. */
  readonly zone: Map<string, { readonly txt: readonly (readonly string[])[] }>;
  readonly mtr: Mtr;
  /** What a plan would change, as the platform stands. */
  readonly changes: () => Promise<readonly string[]>;
  /** Images are built by the tenants' own runners from now on. */
  readonly buildOnRunners: () => Promise<void>;
  readonly tenants: readonly [Tenant, Tenant];
  readonly checks: Checks;
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
}

export const DOMAIN = 'apps.localhost';
/** The first tenant's app, and the second's. */
export const [SHOP, FORUM] = ['shop', 'forum'];
export const appsOf = ({ id }: Tenant): string => `/tenants/${id}/apps`;

interface Said {
  readonly word: string;
  readonly pid: number;
  readonly has_keys: boolean;
}

export async function said(ask: Ask, app: string): Promise<Said | undefined> {
  const { status, body } = await ask(`${app}.${DOMAIN}`);
  return status === 200 ? (JSON.parse(body) as Said) : undefined;
}

/** As long as it takes the platform to find a push that it was not told of, to build it and to release it. */
const FOUND_LATE = 15 * 60;

export async function answers(context: AppsContext, ask: Ask, app: string, wanted: string): Promise<void> {
  const begun = Date.now();
  try {
    await waitFor(async () => (await said(ask, app))?.word === wanted, {
      what: `${app} as ${wanted}`,
      seconds: FOUND_LATE,
      signal: context.signal,
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${message} Its deployments: ${await deploymentsOf(context, app)}`, { cause });
  }
  context.checks.check(`${app} answers what was pushed, after ${((Date.now() - begun) / 1000).toFixed(1)} s`, true);
}

/** The newest ones of an app, in words; whosever it is. */
async function deploymentsOf({ platform, tenants }: AppsContext, app: string): Promise<string> {
  const found = await Promise.all(tenants.map((one) => platform.api('GET', `${appsOf(one)}/${app}/deployments`)));
  const rows = found.flatMap(({ body }) => (body['deployments'] ?? []) as readonly Readonly<Record<string, unknown>>[]);
  return rows
    .slice(0, 8)
    .map((row) => [row['deployment_id'], row['state'], row['reason']].filter((part) => part !== undefined).join(' '))
    .join('; ');
}

/** What GitHub shows of a commit's deployment, the newest first. */
export async function statusesOf(
  { control }: Pick<AppsContext, 'control'>,
  { id }: Tenant,
  commit: string,
): Promise<readonly { readonly state: string; readonly description: string }[]> {
  const answer = await fetch(`${control}/deployments?installation_id=${id}`);
  const all = (await answer.json()) as readonly { readonly sha: string; readonly statuses: never[] }[];
  return all.find(({ sha }) => sha === commit)?.statuses ?? [];
}

/** The deployment of a commit once it is over. */
export async function ended(
  { platform, tenants, signal }: AppsContext,
  commit: string,
): Promise<Readonly<Record<string, unknown>>> {
  const path = `${appsOf(tenants[0])}/${SHOP}/deployments`;
  let found: Readonly<Record<string, unknown>> | undefined;
  await waitFor(
    async () => {
      const { body } = await platform.api('GET', path);
      const rows = (body['deployments'] ?? []) as readonly Readonly<Record<string, unknown>>[];
      found = rows.find((row) => row['commit'] === commit && row['ended_at'] !== undefined);
      return found !== undefined;
    },
    { what: `The end of ${commit.slice(0, 7)}`, seconds: 240, every: 500, signal },
  );
  return found ?? {};
}

/** Asks again and again until it is called; answers every word that came. */
export function watch(ask: Ask, app: string): () => Promise<readonly string[]> {
  const words: string[] = [];
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      words.push((await said(ask, app))?.word ?? 'no answer');
      await sleep(100);
    }
  })();
  return async () => {
    isOver = true;
    await looking;
    return words;
  };
}
