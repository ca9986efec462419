import {
  describeOver,
  hasItsSecrets,
  keepAppSecret,
  problemsOfSecret,
  quotaOf,
  refuseSecret,
  unsetSecret,
  type App,
  type AppQuota,
  type SecretsOutcome,
} from '@multi-tenant-runner/core';
import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, changed, usage } from '../problem';
import { findApp, readAppSettings } from '../read/find-app';
import { recordChange, requireReason } from './record-change';
import type { ChangeOptions } from './tenants';

export async function listSecrets(name: string, fleet: Fleet): Promise<Answer> {
  const app = await findApp(name, fleet);
  const running = hasItsSecrets(app);
  return {
    kind: 'rows',
    columns: ['secret', 'set_at', 'running'],
    rows: (app.secrets?.kept ?? []).map((one) => ({ secret: one.name, set_at: one.setAt, running })),
    none: `${app.app} has no secrets.`,
  };
}

export interface SecretToSet {
  readonly name: string;
  /** Standard input: an argument would be in the shell's history, and in the list of processes for everybody. */
  readonly lines: AsyncIterable<string>;
}

export async function setAppSecret(
  name: string,
  { name: variable, lines }: SecretToSet,
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Answer> {
  requireReason(options);
  const app = await findApp(name, fleet);
  const refused = refuseSecret(app, variable);
  if (refused !== undefined) throw new Problem(refused, EXIT.refused);
  const value = await readAll(lines);
  const problems = problemsOfSecret(variable, value);
  if (problems.length > 0) throw usage(`${problems.join('; ')}.`);
  const sentence = `${variable} is set; what runs of ${app.app} is deployed with it.`;
  const make = (quota: AppQuota): Promise<SecretsOutcome> =>
    keepAppSecret(app, { name: variable, value }, quota, { ...fleet.apps, clock: fleet.clock });
  return change(app, { action: 'app.secret-set', variable, sentence, make }, options, fleet);
}

export async function unsetAppSecret(
  name: string,
  variable: string,
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Answer> {
  requireReason(options);
  const app = await findApp(name, fleet);
  const decision = unsetSecret(app, variable);
  if (decision.kind === 'refuse') throw new Problem(decision.sentence, EXIT.refused);
  if (decision.kind === 'nothing')
    return { kind: 'fields', fields: { app: app.app, changed: false }, sentence: decision.sentence };
  const sentence = `${variable} is gone once what runs of ${app.app} has been deployed without it.`;
  const make = (quota: AppQuota): Promise<SecretsOutcome> =>
    fleet.apps.store.setSecrets(app, decision.changes, quota, fleet.clock.now());
  return change(app, { action: 'app.secret-unset', variable, sentence, make }, options, fleet);
}

interface Wish {
  readonly action: 'app.secret-set' | 'app.secret-unset';
  readonly variable: string;
  readonly sentence: string;
  /** Once it is on record. */
  readonly make: (quota: AppQuota) => Promise<SecretsOutcome>;
}

async function change(
  app: App,
  { action, variable, sentence, make }: Wish,
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Answer> {
  const fields = { app: app.app, secret: variable };
  if (options.dryRun) return { kind: 'fields', fields: { ...fields, dry_run: true }, sentence };
  const { installationId } = app;
  await recordChange({ installationId, action, after: { app: app.app, variable } }, options, fleet);
  const quota = await quotaFor(app, fleet);
  const outcome = await make(quota);
  if (outcome.kind === 'over') throw new Problem(describeOver(outcome.what, quota), EXIT.refused);
  if (outcome.kind === 'changed') throw changed(`${app.app} changed in the meantime; look again and repeat.`);
  return { kind: 'fields', fields, sentence };
}

/** Of the tenant's tier. */
async function quotaFor({ installationId }: App, fleet: Fleet): Promise<AppQuota> {
  const lookup = await fleet.directory.get(installationId);
  return quotaOf(await readAppSettings(fleet), lookup.kind === 'tenant' ? lookup.tenant.tier : '');
}

async function readAll(lines: AsyncIterable<string>): Promise<string> {
  const read: string[] = [];
  for await (const line of lines) read.push(line);
  return read.join('\n');
}
