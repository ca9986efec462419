import {
  SECOND,
  hostsOf,
  isOffboarded,
  isThrottle,
  plus,
  quotaOf,
  type App,
  type AppRest,
  type AppSettings,
  type LeaseHolder,
  type PreviewOf,
  type Tenant,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import { askPreviews } from './ask-previews';
import type { AppContext, DeployerDeps } from './deps';
import { removeApp } from './remove-app';
import { keepPreview } from './keep-preview';
import { settleApp, type Settled } from './settle-app';
import { earliest } from './settle-hosts';
import { HEAD_ROUND, watchHead, type Watched } from './watch-head';

/** Whoever keeps asking is heard by the next invocation. */
const PASSES = 10;
/** After a failure. */
const AGAIN = 10 * SECOND;

/**
 * Brings what stands of an app to what it is to be, as far as it goes now. One at a time for each app; whoever finds
 * another at it leaves, as that one looks again before it rests.
 */
export async function reconcile(name: string, deps: DeployerDeps): Promise<void> {
  const holder = { name: deps.newLeaseName(), milliseconds: deps.leaseTime };
  let watched: Watched | undefined;
  for (let pass = 0; pass < PASSES; pass += 1) {
    const taken = await deps.apps.takeLease(name, holder, deps.clock.now());
    if (!taken.ok || taken.row.state === 'deleted') return;
    const looked = await looking(taken.row, { holder, watched, deps });
    if (looked === undefined || (await deps.apps.rest(name, holder, looked.rest))) return;
    watched = looked.watched;
  }
  deps.log.warn('An app does not come to rest; another invocation goes on', { app: name });
  const now = deps.clock.now();
  await deps.apps.giveBack(name, holder, { due: now.getTime(), isUnsure: false });
  // The table's stream tells of it, to somebody who finds nobody at the app.
  await deps.apps.ask(name, now);
}

interface Looking {
  readonly holder: LeaseHolder;
  /** In an earlier pass: GitHub is not asked twice. */
  readonly watched: Watched | undefined;
  readonly deps: DeployerDeps;
}

interface Looked {
  readonly rest: AppRest;
  readonly watched: Watched | undefined;
}

/**
 * Who could not go on leaves the app to others at once, and to the sweep. AWS's limits are no failure: whoever waits
 * for them in place holds up other apps.
 */
async function looking(app: App, { holder, watched, deps }: Looking): Promise<Looked | undefined> {
  try {
    return await lookAt(app, watched, deps);
  } catch (cause) {
    const isUnsure = !isThrottle(cause);
    await deps.apps.giveBack(app.app, holder, { due: plus(deps.clock.now(), AGAIN).getTime(), isUnsure });
    if (isUnsure) throw cause;
    deps.metrics.count('AppThrottled', { properties: { app: app.app } });
    deps.log.warn('AWS allows no more calls of this kind now; the sweep goes on', { app: app.app, cause });
    return undefined;
  }
}

/** Undefined: it is never looked at again. */
async function lookAt(app: App, watched: Watched | undefined, deps: DeployerDeps): Promise<Looked | undefined> {
  const [lookup, settings] = await Promise.all([deps.tenants.get(app.installationId), deps.apps.settings()]);
  if (settings === undefined)
    throw new Error('The table of apps has no settings; apply the module of apps, which writes them');
  if (app.state !== 'deleting' && isOffboarded(lookup)) {
    const outcome = await deps.apps.change(app, { state: 'deleting' }, deps.clock.now());
    deps.log.info('A tenant is gone, and so its app goes', { app: app.app, installation_id: app.installationId });
    return removed(app, outcome.ok ? await removeApp(outcome.row, deps) : deps.clock.now());
  }
  if (app.state === 'deleting') return removed(app, await removeApp(app, deps));
  if (app.previewOf !== undefined) return lookAtPreview(app, app.previewOf, { lookup, settings, deps });
  // What is suspended or resumed is so with all its copies, and not when they happen to look.
  if (app.asked !== app.restedAsked && (app.preview || app.state !== 'active')) await askPreviews(app, deps);
  const tenant = lookup.kind === 'tenant' ? lookup.tenant : undefined;
  const context = contextOf(app, tenant, settings);
  const settled = restOf(app, context, deps.clock.now()) ?? (await settleApp(app, context, deps));
  return restAfter(app, context, { settled, watched: watched ?? (await watchHead(app, context, deps)) }, deps);
}

const removed = ({ asked }: App, due: Date | undefined): Looked | undefined =>
  due && { rest: { asked, due: due.getTime() }, watched: undefined };

/** Until when nothing of it has to be looked at: nobody asked since the last look, and its tenant is as it was. */
function restOf({ asked, restedAsked, restedTenant, restsUntil = 0 }: App, { tenant }: AppContext, now: Date) {
  const isAtRest = asked === restedAsked && tenant === restedTenant && restsUntil > now.getTime();
  return isAtRest ? { until: new Date(restsUntil) } : undefined;
}

/** A tenant that is not active may be again without a word of it. */
function restAfter(
  { asked }: App,
  { tenant }: AppContext,
  { settled, watched }: { readonly settled: Settled; readonly watched: Watched | undefined },
  { clock }: DeployerDeps,
): Looked {
  const { until, ...standing } = settled;
  const due = Math.min(until.getTime(), (watched?.due ?? plus(clock.now(), HEAD_ROUND)).getTime());
  const seen = { restedTenant: tenant, restsUntil: until.getTime() };
  const head = watched && { headDue: watched.due.getTime(), ...(watched.head !== undefined && { head: watched.head }) };
  return { rest: { asked, due, ...seen, ...standing, ...head }, watched };
}

interface Around {
  readonly lookup: TenantLookup;
  readonly settings: AppSettings;
  readonly deps: DeployerDeps;
}

/** As every app, for as long as its pull request is open; where the app itself is suspended, so is its preview. */
async function lookAtPreview(
  app: App,
  preview: PreviewOf,
  { lookup, settings, deps }: Around,
): Promise<Looked | undefined> {
  const tenant = lookup.kind === 'tenant' ? lookup.tenant : undefined;
  const kept = await keepPreview(app, preview, { isHeld: tenant?.status !== 'active', deps });
  if (kept.kind === 'changed') return removed(app, deps.clock.now());
  if (kept.kind === 'ends') return removed(app, await removeApp(kept.app, deps));
  const context = contextOf(kept.app, tenant, settings);
  const held = kept.isOpen ? context : { ...context, tenant: 'inactive' as const };
  const settled = restOf(kept.app, held, deps.clock.now()) ?? (await settleApp(kept.app, held, deps));
  const { until, ...standing } = settled;
  const due = earliest(kept.due, until).getTime();
  const rest = { restedTenant: held.tenant, restsUntil: until.getTime(), due, ...standing };
  return { rest: { asked: app.asked, ...rest }, watched: undefined };
}

function contextOf(app: App, tenant: Tenant | undefined, settings: AppSettings): AppContext {
  return {
    settings,
    tenant: tenant?.status === 'active' ? 'active' : 'inactive',
    quota: quotaOf(settings, tenant?.tier ?? ''),
    hosts: hostsOf(app, settings.domain),
  };
}
