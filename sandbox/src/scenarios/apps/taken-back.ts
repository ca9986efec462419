import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../lib/wait';
import type { Ask } from '../saas/ask';
import { DOMAIN, FORUM, SHOP, appsOf, ended, said, statusesOf, watch, type AppsContext } from './looks';
import { answersErrors, answersLate, word, type Files } from './samples';

/** Seconds that ECS watches a steady version; a long time is over as soon as an alarm is on. */
const [LONG, SHORT] = [60, 1];
/** Fewer than a load balancer of the emulator asks side by side, so that its neighbours are answered meanwhile. */
const VISITORS = 3;
const MTR = ['apps', 'why', SHOP];

/** A version that is well when it starts, and whose visitors get errors. */
export async function errorsUnderLoad(context: AppsContext, ask: Ask, before: string): Promise<void> {
  await takenBack(context, ask, { before, version: answersErrors(word()), alarm: '5xx', says: /were errors \(5xx\)/ });
}

/** The same, but slow. */
export async function lateUnderLoad(context: AppsContext, ask: Ask): Promise<void> {
  const before = (await said(ask, SHOP))?.word ?? '';
  await takenBack(context, ask, { before, version: answersLate(word()), alarm: 'p95', says: /took longer than 4 s/ });
}

interface Bad {
  /** What answers before it, and is to answer again. */
  readonly before: string;
  readonly version: Files;
  readonly alarm: '5xx' | 'p95';
  readonly says: RegExp;
}

async function takenBack(context: AppsContext, ask: Ask, bad: Bad): Promise<void> {
  const { platform, tenants, checks, mtr, signal } = context;
  const [tenant] = tenants;
  const name = `apps-app-${SHOP}-${bad.alarm}`;
  const isOn = async (): Promise<boolean> => (await platform.alarmState(name)) === 'ALARM';
  const kept = await taskDefinitionOf(context, FORUM);
  const neighbour = watch(ask, FORUM);
  // One that is on before a version would not count for it.
  await waitFor(async () => !(await isOn()), { what: `${name} to be off`, seconds: 120, signal });
  await platform.bake(LONG);
  const visits = visit(ask);
  const pushed = await tenant.push(bad.version, `a version for ${bad.alarm}`);
  const row = await ended(context, pushed);
  await platform.bake(SHORT);
  const answered = await visits();
  const { state, reason } = row;
  checks.check(
    `a version whose ${bad.alarm} is too high is taken back by its app’s own alarm (${answered.get(500) ?? 0} errors)`,
    state === 'rolled_back' && bad.says.test(String(reason)),
    JSON.stringify(row),
  );
  await waitFor(async () => (await said(ask, SHOP))?.word === bad.before, {
    what: 'The version before',
    seconds: 120,
    signal,
  });
  const [status] = await statusesOf(context, tenant, pushed);
  checks.check(
    'the version before answers again, and GitHub says why',
    status?.state === 'failure' && bad.says.test(status.description),
    JSON.stringify(status),
  );
  const why = await mtr(...MTR);
  checks.check('mtr apps why says so too', why.code === 0 && bad.says.test(why.out), why.out + why.err);
  const words = new Set(await neighbour());
  checks.check(
    'and its neighbour’s app answered as before, by the same version',
    words.size === 1 && !words.has('no answer') && (await taskDefinitionOf(context, FORUM)) === kept,
    [...words].join(),
  );
}

/** Asks as several visitors do, until it is called; answers how often each status came. */
function visit(ask: Ask): () => Promise<ReadonlyMap<number, number>> {
  const answered = new Map<number, number>();
  let isOver = false;
  const visitor = async (): Promise<void> => {
    while (!isOver) {
      const { status } = await ask(`${SHOP}.${DOMAIN}`);
      answered.set(status, (answered.get(status) ?? 0) + 1);
      await sleep(50);
    }
  };
  const visitors = Array.from({ length: VISITORS }, visitor);
  return async () => {
    isOver = true;
    await Promise.all(visitors);
    return answered;
  };
}

async function taskDefinitionOf({ platform, tenants }: AppsContext, app: string): Promise<string> {
  const { body } = await platform.api('GET', `${appsOf(tenants[1])}/${app}`);
  return JSON.stringify(body['live']);
}
