import { randomBytes } from 'node:crypto';
import { gitHubSiteOf } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { Answer } from '../answer';
import type { Account } from '../app/account';
import { buildManifest, registrationPage, startPage, type AppPlan } from '../app/manifest';
import { receiveCode } from '../app/receive-code';
import { EXIT, Problem } from '../problem';

export interface CreateAppOptions extends AppPlan {
  readonly prefix: string;
  /** Undefined: the App belongs to who is signed in. */
  readonly organization?: string;
  readonly apiUrl: string;
}

export interface CreateAppDeps {
  readonly account: Account;
  readonly fetch: typeof fetch;
  /** Says where to go on: standard error, as the answer is on standard output. */
  readonly tell: (line: string) => void;
}

const PARTS = { id_ssm: 'id', key_base64_ssm: 'key', webhook_secret_ssm: 'webhook-secret' } as const;

const created = v.object({
  id: v.number(),
  slug: v.string(),
  html_url: v.string(),
  pem: v.string(),
  webhook_secret: v.pipe(v.string(), v.minLength(16)),
});

/** Has GitHub make the App, keeps its secrets in SSM, and answers the block for the module. No secret is printed. */
export async function createApp(options: CreateAppOptions, deps: CreateAppDeps): Promise<Answer> {
  const { prefix, organization, apiUrl } = options;
  const nameOf = (part: string): string => `/${prefix}/github-app/${part}`;
  const taken = await deps.account.existing(Object.values(PARTS).map(nameOf));
  if (taken.length > 0)
    throw new Problem(
      `There is an App of ${prefix} already: ${taken.join(', ')}. Use it, or remove these parameters first.`,
      EXIT.refused,
    );
  const state = randomBytes(24).toString('base64url');
  const action = registrationPage(gitHubSiteOf(apiUrl), organization, state);
  const reception = await receiveCode(state, (redirectUrl) => startPage(action, buildManifest(options, redirectUrl)));
  deps.tell(`Open ${reception.address} in a browser on this machine.`);
  try {
    const app = await exchange(await reception.code, apiUrl, deps);
    await keep(app, nameOf, deps);
    return {
      kind: 'text',
      text: await blockOf(nameOf, deps),
      fields: { app_id: app.id, slug: app.slug, url: app.html_url },
    };
  } finally {
    reception.close();
  }
}

async function exchange(
  code: string,
  apiUrl: string,
  { fetch: send }: Pick<CreateAppDeps, 'fetch'>,
): Promise<v.InferOutput<typeof created>> {
  const answer = await send(`${apiUrl}/app-manifests/${encodeURIComponent(code)}/conversions`, {
    method: 'POST',
    headers: { accept: 'application/vnd.github+json', 'user-agent': 'mtr' },
  });
  const found = v.safeParse(created, answer.ok ? await answer.json() : undefined);
  if (found.success) return found.output;
  throw new Problem(
    `GitHub answers ${answer.status} to the code of the new App, which works once. If the App is there, delete it ` +
      'in its settings, and try again.',
    EXIT.failed,
  );
}

async function keep(
  app: v.InferOutput<typeof created>,
  nameOf: (part: string) => string,
  { account }: Pick<CreateAppDeps, 'account'>,
): Promise<void> {
  try {
    await account.store(nameOf('key'), Buffer.from(app.pem).toString('base64'));
    await account.store(nameOf('webhook-secret'), app.webhook_secret);
    await account.store(nameOf('id'), String(app.id));
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : 'no reason given';
    throw new Problem(
      `The App is at ${app.html_url}, but SSM did not keep its secrets (${why}). Delete the App in its settings, and ` +
        'try again.',
      EXIT.failed,
    );
  }
}

async function blockOf(nameOf: (part: string) => string, { account }: Pick<CreateAppDeps, 'account'>): Promise<string> {
  const lines = await Promise.all(
    Object.entries(PARTS).map(async ([input, part]) => {
      const name = nameOf(part);
      return `  ${input.padEnd(18)} = { arn = "${await account.arnOf(name)}", name = "${name}" }`;
    }),
  );
  return ['github_app = {', ...lines, '}', ''].join('\n');
}
