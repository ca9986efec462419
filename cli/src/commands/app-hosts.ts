import {
  challengeOf,
  decideHostAdd,
  decideHostRemoval,
  describeHost,
  type App,
  type HostsDecision,
} from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, changed } from '../problem';
import { findApp, readAppSettings } from '../read/find-app';
import { recordChange, requireReason } from './record-change';
import type { ChangeOptions } from './tenants';

export async function listHosts(name: string, fleet: Fleet): Promise<Answer> {
  const app = await findApp(name, fleet);
  return {
    kind: 'rows',
    columns: ['domain', 'state', 'record', 'value', 'what'],
    rows: rowsOf(app, fleet),
    none: `${app.app} has no domains of its own.`,
  };
}

/** Asks for a domain, or for another look at one that was asked for. */
export async function addHost(name: string, host: string, options: ChangeOptions, fleet: Fleet): Promise<Answer> {
  const { domain } = await readAppSettings(fleet);
  const decide = (app: App) => decideHostAdd(app, host, { domain, now: fleet.clock.now() });
  return change(name, { action: 'app.host-asked', decide }, options, fleet);
}

export async function removeHost(name: string, host: string, options: ChangeOptions, fleet: Fleet): Promise<Answer> {
  const decide = (app: App) => decideHostRemoval(app, host);
  return change(name, { action: 'app.host-removed', decide }, options, fleet);
}

interface Wish {
  readonly action: 'app.host-asked' | 'app.host-removed';
  readonly decide: (app: App) => HostsDecision;
}

async function change(name: string, { action, decide }: Wish, options: ChangeOptions, fleet: Fleet): Promise<Answer> {
  requireReason(options);
  const app = await findApp(name, fleet);
  const decision = decide(app);
  const { sentence } = decision;
  if (decision.kind === 'refuse') throw new Problem(sentence, EXIT.refused);
  if (decision.kind === 'nothing') return { kind: 'fields', fields: { app: app.app, changed: false }, sentence };
  const { host } = decision.host;
  const { name: record, value } = challengeOf(fleet.prefix, app, host);
  const fields = { app: app.app, domain: host, record, value };
  if (options.dryRun) return { kind: 'fields', fields: { ...fields, dry_run: true }, sentence };
  const { installationId } = app;
  await recordChange({ installationId, action, after: { app: app.app, host } }, options, fleet);
  const written = await fleet.apps.store.change(app, { hosts: decision.hosts }, fleet.clock.now());
  if (!written.ok) throw changed(`${name} changed in the meantime; look again and repeat.`);
  return { kind: 'fields', fields, sentence };
}

function rowsOf(app: App, { prefix }: Fleet): readonly Row[] {
  return app.hosts.map((one) => {
    const { name, value } = challengeOf(prefix, app, one.host);
    return { domain: one.host, state: one.state, record: name, value, what: describeHost(one) };
  });
}
