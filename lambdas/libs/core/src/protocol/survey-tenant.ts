import { livingLocks } from '../decisions/decide-lock';
import { isRunnerName } from '../model/names';
import { launchOfFleetSlot, tenantOfFleetWait } from '../model/fleet-share';
import type { Kept, Looked, TenantSurvey } from '../model/survey';
import type { TenantLookup } from '../model/tenant';
import { DAY, ENDED_ROW_LIFETIME, plus, type Clock } from '../model/time';
import type {
  ConfigStore,
  FleetSlots,
  GitHub,
  JobStore,
  LaunchStore,
  LockStore,
  RunnerFleet,
  SecurityGroups,
  TenantRegistry,
  UsageLedger,
} from '../ports';
import type { AdmissionSettings } from '../decisions/job-policy';

export interface SurveyDeps {
  readonly environment: string;
  readonly settings: Pick<AdmissionSettings, 'maxRunnersTotal'>;
  readonly tenants: Pick<TenantRegistry, 'get'>;
  readonly fleet: Pick<RunnerFleet, 'list'>;
  readonly fleetSlots: Pick<FleetSlots, 'read'>;
  readonly launches: Pick<LaunchStore, 'pageOpen'>;
  readonly jobs: Pick<JobStore, 'pageOpen'>;
  readonly configs: Pick<ConfigStore, 'list'>;
  readonly securityGroups: Pick<SecurityGroups, 'find'>;
  readonly github: Pick<GitHub, 'getInstallation' | 'listRunners'>;
  readonly usage: Pick<UsageLedger, 'machinesOf'>;
  /** Absent: there is no API, and no locks without it. */
  readonly locks?: Pick<LockStore, 'read'>;
  readonly clock: Clock;
}

/** More are told as that many. */
const COUNTED = 200;

type Found = Pick<Looked, 'found' | 'isMore' | 'unknown'>;

/**
 * Looks for everything that a tenant can have, in the places themselves. It changes nothing, and one place that does
 * not answer hides none of the others.
 */
export async function surveyTenant(installationId: number, deps: SurveyDeps): Promise<TenantSurvey> {
  const lookup = await deps.tenants.get(installationId);
  const { fleet, launches, jobs, configs, securityGroups, locks, clock } = deps;
  const page = { limit: COUNTED };
  const lookedFor = await Promise.all([
    look('machines', 'EC2, by tag', async () => counted((await fleet.list(installationId)).length)),
    look('launches that are not over', 'launches', async () => paged(await launches.pageOpen(installationId, page))),
    look('jobs that are not over', 'jobs', async () => paged(await jobs.pageOpen(installationId, page))),
    look('slots of its limit', 'its row', async () => counted(lookup.kind === 'tenant' ? lookup.tenant.slotsHeld : 0)),
    ...(deps.settings.maxRunnersTotal === undefined
      ? []
      : [look("slots of the fleet's limit", 'launches', () => fleetSlotsOf(installationId, deps))]),
    look('runner configurations', 'where machines get them', async () =>
      counted((await configs.list(installationId)).length),
    ),
    look('security group of its own', 'EC2, by name and tag', async () =>
      counted((await securityGroups.find(installationId)) === undefined ? 0 : 1),
    ),
    look('runners at GitHub', 'GitHub', () => runnersAtGitHub(lookup, deps)),
    ...(locks === undefined
      ? []
      : [
          look('locks', "the API's table", async () =>
            counted(Object.keys(livingLocks(await locks.read(installationId), clock.now())).length),
          ),
        ]),
  ]);
  return { installationId, at: clock.now().toISOString(), lookedFor, kept: await keptOf(installationId, deps) };
}

async function look(what: string, where: string, find: () => Promise<Found>): Promise<Looked> {
  try {
    return { what, where, ...(await find()) };
  } catch (error) {
    return { what, where, ...notKnown(error instanceof Error ? error.name : 'it failed') };
  }
}

const counted = (found: number): Found => ({ found });
const notKnown = (unknown: string): Found => ({ found: 0, unknown });
const paged = ({ rows, next }: { readonly rows: readonly unknown[]; readonly next?: string }): Found => ({
  found: rows.length,
  ...(next !== undefined && { isMore: true }),
});

async function fleetSlotsOf(installationId: number, { fleetSlots }: Pick<SurveyDeps, 'fleetSlots'>): Promise<Found> {
  const shares = await fleetSlots.read();
  const held = shares.flatMap(({ slots, waiting }) => [
    ...[...slots].map((slot) => launchOfFleetSlot(slot).installationId),
    ...[...waiting].map(tenantOfFleetWait),
  ]);
  return counted(held.filter((one) => one === installationId).length);
}

/** An organisation's runners that have a name of ours; a token sees a repository's only one by one. */
async function runnersAtGitHub(lookup: TenantLookup, { github, environment }: SurveyDeps): Promise<Found> {
  const answer = await github.getInstallation(lookup.installationId);
  if (answer.kind !== 'found') return notKnown(`GitHub's answer is ${answer.kind}`);
  // GitHub forgets an installation's runners with the installation.
  if (answer.installation === undefined) return counted(0);
  if (lookup.kind !== 'tenant') return notKnown('no row says whose they would be');
  const { orgName: owner, orgType, accountId: ownerId } = lookup.tenant;
  if (orgType === 'User') return notKnown("a user's runners are at each repository; each goes with its launch");
  const { installationId } = lookup;
  const listed = await github.listRunners({ installationId, owner, ...(ownerId && { ownerId }), scope: 'org' });
  if (listed.kind !== 'found') return notKnown(`GitHub's answer is ${listed.kind}`);
  return { found: listed.names.filter((name) => isRunnerName(environment, name)).length, isMore: listed.isMore };
}

async function keptOf(installationId: number, { usage, clock }: SurveyDeps): Promise<readonly Kept[]> {
  const machines = await usage.machinesOf(installationId).catch(() => undefined);
  const now = clock.now();
  return [
    {
      what: 'machines in the ledger',
      ...(machines !== undefined && { found: machines }),
      why: 'what was charged must stay provable',
      until: 'you delete them',
    },
    {
      what: 'rows of ended jobs and launches',
      why: 'they say what ran where',
      until: plus(now, ENDED_ROW_LIFETIME).toISOString(),
    },
    {
      what: 'answers of the API kept for who repeats a request',
      why: 'so that a change is made once',
      until: plus(now, DAY).toISOString(),
    },
    { what: 'the audit trail', why: 'no one may change it', until: 'you delete the table' },
    {
      what: "the tenant's row",
      why: 'so that a late event restores nothing, and what you decided about the account counts when it comes back',
      until: 'you delete it',
    },
  ];
}
