import type { Launcher } from '../../machines/launcher';
import { countMetrics } from '../kit/emf';
import { anyNonce, claim, report, reportSecretIn, type FoundOnMachine, type MachineAnswer } from '../kit/machine-api';
import type { Tenant } from '../kit/scenario-context';
import { experiment, createTenants, queueOne, ranOnOwnMachine, type ChaosContext } from './chaos-context';

const FLOOD = 60;
/** Twenty a minute, and the flood may reach into a second one. */
const MOST_TAKEN = 40;
const STOLEN_METRIC = 'MetricOfAJob';
/** CloudWatch makes a metric of a log line of this form, if the line is nothing but it. */
const EMF = JSON.stringify({
  _aws: {
    Timestamp: 1,
    CloudWatchMetrics: [{ Namespace: 'x', Dimensions: [[]], Metrics: [{ Name: STOLEN_METRIC, Unit: 'Count' }] }],
  },
  [STOLEN_METRIC]: 1,
});

/** The parties: one tenant's machine attacks, another's is attacked, a third one asks too late. */
interface Parties {
  readonly mine: FoundOnMachine;
  readonly theirs: FoundOnMachine;
  readonly late: FoundOnMachine;
}

/**
 * A job has what its machine has: user data, no AWS identity, and the machine API. The experiment plays a job that
 * tries all of it, on machines that have not claimed yet, so that every refusal stands beside a claim that succeeds.
 */
export async function hostileMachine(context: ChaosContext, launcher: Launcher): Promise<void> {
  await experiment(context, 'a machine turns against the others', async () => {
    const tenants = await createTenants(context, ['curious', 'private', 'tardy']);
    const [curious, secretive, tardy] = tenants;
    if (curious === undefined || secretive === undefined || tardy === undefined) return;
    for (const tenant of tenants)
      await context.operator.addFault('machines', { kind: 'never_boots', installation_id: tenant.id, times: 1 });
    const ids = await Promise.all(tenants.map((tenant) => queueOne(context, tenant, 1)));
    const [mine, theirs, late] = await Promise.all(tenants.map((tenant) => unclaimedMachine(context, tenant)));
    if (mine === undefined || theirs === undefined || late === undefined) return;
    await withoutIdentity(context, launcher, mine);
    await context.aws.ageLaunches(tardy.id);
    const secret = await claims(context, { mine, theirs, late });
    await reports(context, { mine, theirs }, secret);
    await expectStatus(context, 'claims its own after the flood of another', 200, () => claim(theirs));
    for (const machine of [mine, late]) await context.operator.endMachine(machine.instanceId);
    const [job = 0, , lateJob = 0] = ids;
    for (const [tenant, id] of [
      [curious, job],
      [tardy, lateJob],
    ] as const) {
      const ran = await ranOnOwnMachine(context, tenant, id);
      context.checks.check(`the job of ${tenant.login} runs on another machine`, ran.held, ran.detail);
    }
    await expectStatus(context, 'has ended', 403, () => claim(mine));
    await uninstalled(context, secretive);
  });
}

/** Waits for a machine that came up dead, with its configuration stored. */
async function unclaimedMachine(context: ChaosContext, tenant: Tenant): Promise<FoundOnMachine> {
  const instanceId = await context.poller.until(`${tenant.login}: a machine with its configuration`, async () => {
    const stored = await context.account.parameters(tenant.id);
    return stored.length > 0 && (await context.operator.machineFaultsLeft()) === 0
      ? context.fleetMonitor.machinesOf(tenant.id)[0]
      : undefined;
  });
  return context.account.foundOnMachine(instanceId);
}

async function withoutIdentity(context: ChaosContext, launcher: Launcher, mine: FoundOnMachine): Promise<void> {
  const facts = (await launcher.machines()).find((one) => one.instanceId === mine.instanceId);
  const credentials = await launcher.credentials(mine.instanceId).then(
    () => 'credentials',
    () => undefined,
  );
  context.checks.check(
    'a machine has no instance profile and no AWS credentials',
    facts !== undefined && facts.roleName === undefined && credentials === undefined,
    `${facts?.roleName ?? 'no role'}, ${credentials ?? 'no credentials'}`,
  );
}

/** Returns the secret with which the attacker's machine reports. */
async function claims(context: ChaosContext, { mine, theirs, late }: Parties): Promise<string> {
  const nonce = anyNonce();
  const borrowed = { ...theirs, claimSecret: mine.claimSecret };
  await expectStatus(context, "claims another's configuration with its own secret", 403, () => claim(borrowed));
  await expectStatus(context, 'guesses a secret', 403, () => claim({ ...mine, claimSecret: anyNonce() }));
  await expectStatus(context, 'claims after its time to boot', 403, () => claim(late));
  const own = await expectStatus(context, 'claims its own configuration', 200, () => claim(mine, nonce));
  await expectStatus(context, 'repeats its claim in the same boot', 200, () => claim(mine, nonce));
  await expectStatus(context, 'claims again with what its job found in user data', 403, () => claim(mine));
  return reportSecretIn(own);
}

async function reports(
  context: ChaosContext,
  { mine, theirs }: Pick<Parties, 'mine' | 'theirs'>,
  secret: string,
): Promise<void> {
  const words = [{ kind: 'busy' }, { kind: 'log', lines: [EMF] }];
  await expectStatus(context, 'reports with what it found in user data', 403, () =>
    report(mine, mine.claimSecret, words),
  );
  await expectStatus(context, 'reports of itself', 204, () => report(mine, secret, words));
  await expectStatus(context, 'replays a report', 204, () => report(mine, secret, words));
  await expectStatus(context, 'reports of another machine', 403, () => report(theirs, secret, words));
  const long = { kind: 'log', lines: Array.from({ length: 40 }, () => 'x'.repeat(500)) };
  await expectStatus(context, 'sends a report that is too long', 413, () => report(mine, secret, [long]));
  const flood = await floodOf(() => report(mine, secret, words));
  const taken = flood.filter((status) => status === 204).length;
  context.checks.check(
    `of ${FLOOD} reports at most ${MOST_TAKEN} are taken, and the machine is told to wait`,
    taken <= MOST_TAKEN && flood.includes(429),
    `${taken} were taken; ${[...new Set(flood)].join(', ')}`,
  );
  const lines = await context.account.logLines();
  context.checks.check(
    'what a machine says is in the log, and no metric comes of it',
    lines.some((line) => line.includes(STOLEN_METRIC)) && countMetrics(lines)[STOLEN_METRIC] === undefined,
  );
}

async function floodOf(send: () => Promise<MachineAnswer>): Promise<readonly number[]> {
  const statuses: number[] = [];
  while (statuses.length < FLOOD)
    statuses.push(...(await Promise.all([send(), send(), send()])).map(({ status }) => status));
  return statuses;
}

/** A configuration that is not stored yet and a throttle are no answers: the machine asks again, as its script does. */
async function expectStatus(
  context: ChaosContext,
  what: string,
  status: number,
  ask: () => Promise<MachineAnswer>,
): Promise<MachineAnswer> {
  const answer = await context.poller.until(`an answer to a machine that ${what}`, async () => {
    const given = await ask();
    return given.status === 202 || given.status === 429 ? undefined : given;
  });
  context.checks.check(`HTTP ${status} for a machine that ${what}`, answer.status === status, `HTTP ${answer.status}`);
  return answer;
}

async function uninstalled(context: ChaosContext, tenant: Tenant): Promise<void> {
  await context.user.uninstall(tenant.id);
  await context.poller.until(`${tenant.login}: cleaned up`, async () =>
    (await context.account.tenant(tenant.id))?.cleanup === 'done' ? true : undefined,
  );
  const left = await context.account.parameters(tenant.id);
  context.checks.check(
    'an uninstall removes a configuration whose machine never reported',
    left.length === 0,
    left.join(', '),
  );
}
