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
  /** Where the key and the webhook secret go; the id is no secret, and always a parameter. */
  readonly inSecretsManager: boolean;
}

export interface CreateAppDeps {
  readonly account: Account;
  readonly fetch: typeof fetch;
  /** Says where to go on: standard error, as the answer is on standard output. */
  readonly tell: (line: string) => void;
}

type Part = 'id' | 'key' | 'webhook-secret';
const INPUTS: Readonly<Record<Part, string>> = {
  id: 'id',
  key: 'key_base64',
  'webhook-secret': 'webhook_secret',
};
const PARTS = Object.keys(INPUTS) as readonly Part[];

const created = v.object({
  id: v.number(),
  slug: v.string(),
  html_url: v.string(),
  pem: v.string(),
  webhook_secret: v.pipe(v.string(), v.minLength(16)),
});

/** Has GitHub make the App, keeps its secrets, and answers the block for the module. No secret is printed. */
export async function createApp(options: CreateAppOptions, deps: CreateAppDeps): Promise<Answer> {
  const { prefix, organization, apiUrl } = options;
  const taken = await takenBy(options, deps);
  if (taken.length > 0)
    throw new Problem(
      `There is an App of ${prefix} already: ${taken.join(', ')}. Use it, or remove these first.`,
      EXIT.refused,
    );
  const state = randomBytes(24).toString('base64url');
  const action = registrationPage(gitHubSiteOf(apiUrl), organization, state);
  const reception = await receiveCode(state, (redirectUrl) => startPage(action, buildManifest(options, redirectUrl)));
  deps.tell(`Open ${reception.address} in a browser on this machine.`);
  try {
    const app = await exchange(await reception.code, apiUrl, deps);
    const lines = await keep(app, options, deps);
    return {
      kind: 'text',
      text: ['github_app = {', ...lines, '}', ''].join('\n'),
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

const isSecret = (part: Part, { inSecretsManager }: CreateAppOptions): boolean => inSecretsManager && part !== 'id';
const nameOf = (part: Part, options: CreateAppOptions): string =>
  `${isSecret(part, options) ? '' : '/'}${options.prefix}/github-app/${part}`;

/** Names of parts that an App of this prefix has already. */
async function takenBy(options: CreateAppOptions, { account }: CreateAppDeps): Promise<readonly string[]> {
  const [secrets, parameters] = [true, false].map((is) =>
    PARTS.filter((part) => isSecret(part, options) === is).map((part) => nameOf(part, options)),
  );
  return [...(await account.existing(parameters ?? [])), ...(await account.existingSecrets(secrets ?? []))];
}

/** Keeps each part, and answers how the module is told of it. The id is last: with it the App is whole. */
async function keep(
  app: v.InferOutput<typeof created>,
  options: CreateAppOptions,
  { account }: Pick<CreateAppDeps, 'account'>,
): Promise<readonly string[]> {
  const values: Readonly<Record<Part, string>> = {
    key: Buffer.from(app.pem).toString('base64'),
    'webhook-secret': app.webhook_secret,
    id: String(app.id),
  };
  const width = options.inSecretsManager ? 21 : 18;
  const store = async (part: Part): Promise<string> => {
    const name = nameOf(part, options);
    const line = (kind: string, block: string): string => `  ${`${INPUTS[part]}_${kind}`.padEnd(width)} = { ${block} }`;
    if (isSecret(part, options)) return line('secret', `arn = "${await account.storeSecret(name, values[part])}"`);
    await account.store(name, values[part]);
    return line('ssm', `arn = "${await account.arnOf(name)}", name = "${name}"`);
  };
  try {
    const key = await store('key');
    const webhook = await store('webhook-secret');
    return [await store('id'), key, webhook];
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : 'no reason given';
    const where = options.inSecretsManager ? 'AWS' : 'SSM';
    throw new Problem(
      `The App is at ${app.html_url}, but ${where} did not keep its secrets (${why}). Delete the App in its ` +
        'settings, and try again.',
      EXIT.failed,
    );
  }
}
