import type { ObservedMachine } from '../kit/fleet-monitor';
import { untilFree, type Tenant } from '../kit/scenario-context';
import {
  asOneBatch,
  createTenants,
  experiment,
  queueOne,
  ranOnOwnMachine,
  SMALL,
  type ChaosContext,
} from './chaos-context';

/** More than may have a call of their own at once, which is two, so that the rest shares one. */
const TENANTS = 8;
/** So many of its machines; what EC2 refuses with a status of 400 is not asked again. */
const REFUSED = 3;
/** SQS gives back what a function that died had received after six of its time limits; its lease is shorter. */
const GIVEN_BACK_SECONDS = 100;

/** Applies the module with calls that tenants share, or without. */
export type ApplyWith = (sharedCalls: boolean) => Promise<void>;

/**
 * Tenants' jobs that come together share a call, whose machines are nobody's at first. Whatever goes wrong while they
 * are given away, each job gets one machine, of its own tenant, and no other machine stays.
 */
export async function sharedCalls(context: ChaosContext, prefix: string, applyWith: ApplyWith): Promise<void> {
  await experiment(context, 'tenants share calls', async () => {
    await applyWith(true);
    try {
      const tenants = await createTenants(
        context,
        Array.from({ length: TENANTS }, (_, at) => `sharing-${at + 1}`),
      );
      for (const [operation, what] of [
        ['ModifyNetworkInterfaceAttribute', 'group'],
        ['CreateTags', 'tags'],
      ] as const)
        await experiment(context, `EC2 refuses a call's machines their ${what}`, () =>
          undressedMachines(context, tenants, { operation, what }),
        );
      await experiment(context, "the function that asked for several tenants' machines dies", () =>
        deadMaker(context, tenants, prefix),
      );
    } finally {
      await applyWith(false);
    }
  });
}

async function undressedMachines(
  context: ChaosContext,
  tenants: readonly Tenant[],
  { operation, what }: { readonly operation: string; readonly what: string },
): Promise<void> {
  const how = `that EC2 refused their ${what}`;
  const before = await machineIds(context);
  await context.operator.addFault('aws', { operation, code: 'OperationNotPermitted', times: REFUSED });
  const ids = await queueTogether(context, tenants);
  await expectOwnMachines(context, tenants, { ids, before, how });
  const blanks = await nobodys(context, before);
  context.checks.check(
    `machines of a shared call ${how} end, and others start`,
    blanks.length === REFUSED && blanks.every(hasEnded),
    describe(blanks),
  );
}

async function deadMaker(context: ChaosContext, tenants: readonly Tenant[], prefix: string): Promise<void> {
  const how = 'whose maker died when EC2 had started them';
  const before = await machineIds(context);
  const giveBackAsBefore = await context.aws.giveBackAfter(SMALL, GIVEN_BACK_SECONDS);
  try {
    await context.operator.addFault('aws', {
      ...{ operation: 'RunInstances', code: 'Unheard', dies: true },
      ...{ principal: `${prefix}-scale-up`, least: { MaxCount: 2 } },
    });
    const ids = await queueTogether(context, tenants);
    const orphans = await context.poller.until("machines of a shared call that are nobody's", async () => {
      const found = await nobodys(context, before);
      return found.length > 1 ? found : undefined;
    });
    await expectOwnMachines(context, tenants, { ids, before, how });
    const own = tenants.flatMap(({ id }) => context.fleetMonitor.machinesOf(id));
    context.checks.check(
      `machines of a shared call ${how} are found by their launches, and no others start`,
      orphans.every(({ id }) => own.includes(id)) && (await nobodys(context, before)).length === 0,
      `${describe(orphans)}; ${own.join(', ')}`,
    );
  } finally {
    await giveBackAsBefore();
  }
}

async function queueTogether(context: ChaosContext, tenants: readonly Tenant[]): Promise<readonly number[]> {
  return asOneBatch(context, tenants.length, () => Promise.all(tenants.map((tenant) => queueOne(context, tenant))));
}

async function expectOwnMachines(
  context: ChaosContext,
  tenants: readonly Tenant[],
  { ids, before, how }: { readonly ids: readonly number[]; readonly before: ReadonlySet<string>; readonly how: string },
): Promise<void> {
  const problems = await Promise.all(
    tenants.map(async (tenant, at) => {
      const jobId = ids[at] ?? 0;
      const ran = await ranOnOwnMachine(context, tenant, jobId);
      const machines = context.fleetMonitor.machinesOf(tenant.id).filter((id) => !before.has(id));
      const groups = machines.flatMap((id) => context.fleetMonitor.groupsOf(id));
      const own = (await context.account.tenant(tenant.id))?.securityGroupId;
      const isOwn = groups.length === 1 && groups[0] === own;
      return ran.held && machines.length === 1 && isOwn
        ? []
        : [`${tenant.login}: ${machines.join(', ')} in ${groups.join(', ')} and not ${own}; ${ran.detail}`];
    }),
  );
  context.checks.check(
    `jobs of ${tenants.length} tenants that share a call for machines ${how} run on one of their tenant's each`,
    problems.flat().length === 0,
    problems.flat().join('; '),
  );
  for (const tenant of tenants) await untilFree(context, tenant);
  context.checks.check(`no slot stays taken by machines of a shared call ${how}`, true);
}

async function machineIds({ account }: ChaosContext): Promise<ReadonlySet<string>> {
  return new Set((await account.machines()).map(({ id }) => id));
}

/** Machines since then that say no tenant. */
async function nobodys({ account }: ChaosContext, before: ReadonlySet<string>): Promise<readonly ObservedMachine[]> {
  return (await account.machines()).filter(({ id, tags }) => !before.has(id) && tags['ghr:tenant_id'] === undefined);
}

const hasEnded = ({ state }: ObservedMachine): boolean => state === 'terminated' || state === 'shutting-down';

const describe = (machines: readonly ObservedMachine[]): string =>
  machines.map(({ id, state }) => `${id} ${state}`).join(', ');
