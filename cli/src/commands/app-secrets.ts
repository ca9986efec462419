import {
  hasItsSecrets,
  problemsOfSecret,
  refuseSecret,
  setSecret,
  unsetSecret,
  type App,
  type SecretsChange,
} from '@multi-tenant-runner/core';
import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, changed, usage } from '../problem';
import { findApp } from '../read/find-app';
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
  if (options.dryRun) return { kind: 'fields', fields: { app: app.app, secret: variable, dry_run: true }, sentence };
  const { installationId } = app;
  await recordChange({ installationId, action: 'app.secret-set', after: { app: app.app, variable } }, options, fleet);
  const arn = await fleet.apps.secrets.keep(app, variable, value);
  await write(app, setSecret(app, { name: variable, arn }, fleet.clock.now()), fleet);
  return { kind: 'fields', fields: { app: app.app, secret: variable }, sentence };
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
  if (options.dryRun) return { kind: 'fields', fields: { app: app.app, secret: variable, dry_run: true }, sentence };
  const { installationId } = app;
  await recordChange({ installationId, action: 'app.secret-unset', after: { app: app.app, variable } }, options, fleet);
  await write(app, decision.changes, fleet);
  return { kind: 'fields', fields: { app: app.app, secret: variable }, sentence };
}

async function write(app: App, changes: SecretsChange, fleet: Fleet): Promise<void> {
  const written = await fleet.apps.store.change(app, changes, fleet.clock.now());
  if (!written.ok) throw changed(`${app.app} changed in the meantime; look again and repeat.`);
}

async function readAll(lines: AsyncIterable<string>): Promise<string> {
  const read: string[] = [];
  for await (const line of lines) read.push(line);
  return read.join('\n');
}
