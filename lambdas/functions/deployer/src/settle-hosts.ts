import {
  HOST_TAKEN,
  challengeOf,
  decideHostStep,
  describeHost,
  type App,
  type AppHost,
  type HostStep,
} from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';

export const earliest = (one: Date, other: Date): Date => (other < one ? other : one);

/** What is written of a domain, and whether the app takes it with that or gives it back. */
interface Written {
  readonly next?: AppHost | undefined;
  readonly claim: 'takes' | 'gives' | 'neither';
}

/**
 * Looks at each domain of the app's own that is due: whether DNS proves it still, and whether one that was taken off
 * may go to others. A domain holds up neither its app nor another domain.
 *
 * @param inRule what the load balancer leads to the app, as it was seen after the last step
 * @returns when to look again
 */
export async function settleHosts(name: string, inRule: readonly string[], deps: DeployerDeps): Promise<Date> {
  const app = await deps.apps.get(name);
  const isOpen = app?.state === 'active' || app?.state === 'suspended';
  if (!isOpen) return FAR;
  const steps = await Promise.all(app.hosts.map((one) => stepOf(app, one, { inRule, deps })));
  let [row, due] = [app, FAR];
  for (const [index, step] of steps.entries()) {
    const one = app.hosts[index];
    if (one === undefined || step.do === 'ask-dns') continue;
    if (step.do === 'rest') {
      due = earliest(due, step.due);
      continue;
    }
    const outcome = await write(row, one, { step, deps });
    if (outcome === undefined) return deps.clock.now();
    row = outcome;
  }
  return due;
}

/** Nobody waits for it: an app at rest is looked at each hour. */
const FAR = new Date(8.64e15);

async function stepOf(
  app: App,
  one: AppHost,
  { inRule, deps }: { readonly inRule: readonly string[]; readonly deps: DeployerDeps },
): Promise<HostStep> {
  const { name, value } = challengeOf(deps.environment, app, one.host);
  const situation = { one, isInRule: inRule.includes(one.host), value, now: deps.clock.now() };
  const first = decideHostStep(situation);
  return first.do === 'ask-dns' ? decideHostStep({ ...situation, answer: await deps.dns.txt(name) }) : first;
}

/** Undefined: another wrote the row meanwhile. */
async function write(
  app: App,
  one: AppHost,
  {
    step,
    deps,
  }: { readonly step: Exclude<HostStep, { readonly do: 'rest' | 'ask-dns' }>; readonly deps: DeployerDeps },
): Promise<App | undefined> {
  const written = writtenBy(step);
  const outcome = await set(app, one, written, deps);
  if (outcome.kind === 'taken') {
    const next: AppHost = { ...one, checkedAt: deps.clock.now().toISOString(), problem: HOST_TAKEN };
    const kept = await set(app, one, { next, claim: 'neither' }, deps);
    return kept.kind === 'set' ? kept.app : undefined;
  }
  if (outcome.kind === 'changed') return undefined;
  report(app, one, written.next, deps);
  return outcome.app;
}

function writtenBy(step: Exclude<HostStep, { readonly do: 'rest' | 'ask-dns' }>): Written {
  if (step.do === 'take') return { next: step.next, claim: 'takes' };
  if (step.do === 'give') return { next: step.next, claim: 'gives' };
  return { next: step.do === 'record' ? step.next : undefined, claim: 'neither' };
}

function set(app: App, { host }: AppHost, { next, claim }: Written, { apps, clock }: DeployerDeps) {
  const hosts = app.hosts.flatMap((other) => (other.host === host ? (next ?? []) : other));
  return apps.setHosts(app, hosts, claim === 'neither' ? {} : { [claim]: host }, clock.now());
}

function report({ app }: App, before: AppHost, after: AppHost | undefined, { log, metrics }: DeployerDeps): void {
  if (after === undefined || after.state === before.state) return;
  const said = { app, domain: after.host, state: after.state, sentence: describeHost(after) };
  if (after.state !== 'lost' && after.state !== 'leaving') return log.info('A domain of an app changed', said);
  metrics.count(after.state === 'lost' ? 'AppHostLost' : 'AppHostTakenOff', { properties: { app } });
  log.warn('A domain of an app is no longer proven', said);
}
