import * as v from 'valibot';
import { CALLBACK_ATTRIBUTE, callbackProblem } from './callback';
import { parseCircuits } from './circuit';
import { KNOWN_GROUP_ATTRIBUTE, parseKnownGroup } from './known-group';
import { isMarkAlone, readOpenMark } from './open-mark';
import { boolean, integer, oneOf, orgType as orgTypes, read, time } from './schema';
import { TENANT_STATUSES, isMarkedDeleted, type RowProblem, type TenantLookup, type TenantStatus } from './tenant';
import type { Tiers } from './tier';
import { parseTenantUsage, readCapMarks, readCaps } from './usage-caps';

const text = v.pipe(v.string(), v.regex(/\S/));
const cleanupState = oneOf(['pending', 'done']);
/** The launches that held a slot, by their ids. */
const SLOTS_OF_OLD = 'slots';
const suspender = oneOf(['github', 'operator', 'approval']);

/**
 * Reads a row of the tenants table. Rows are edited by hand, so every attribute is judged: what can be repaired is
 * (with a problem reported), what can't makes the row no tenant.
 *
 * @param row the item as plain values (numbers as numbers, string sets as `Set`), or undefined when there is none
 */
export function parseTenantRow(
  installationId: number,
  row: Record<string, unknown> | undefined,
  tiers: Tiers,
  defaultTier: string,
): TenantLookup {
  const mark = row && readOpenMark(row);
  const lookup: TenantLookup =
    row === undefined || isMarkAlone(row)
      ? { kind: 'none', installationId, problems: [] }
      : judgeRow(installationId, row, tiers, defaultTier);
  return mark === undefined ? lookup : { ...lookup, mark };
}

function judgeRow(
  installationId: number,
  row: Record<string, unknown>,
  tiers: Tiers,
  defaultTier: string,
): TenantLookup {
  const orgName = read(text, row['org_name']);
  const problems: RowProblem[] = [];
  const status = readStatus(row, problems);
  const cleanup = read(cleanupState, row['cleanup']);
  if (orgName === undefined || status === undefined) {
    if (orgName === undefined && status === 'deleted')
      return {
        kind: 'tombstone',
        installationId,
        ...(cleanup && { cleanup }),
        ...(problems.length > 0 && { problems }),
      };
    return { kind: 'none', installationId, problems: [...noName(orgName), ...problems] };
  }
  const tier = readTier(row['tier'], tiers, defaultTier, problems);
  const own = tiers.get(tier)?.maxRunners ?? 0;
  const maxRunners = read(integer(), row['max_runners']);
  if (maxRunners === undefined) {
    problems.push({
      attribute: 'max_runners',
      problem: `is not an integer of at least 0, so the tier's own limit of ${own} counts`,
    });
  }
  const slots = readSlots(row, problems);
  const orgType = read(orgTypes, row['org_type']);
  if (orgType === undefined)
    problems.push({ attribute: 'org_type', problem: 'is neither Organization nor User, so Organization is assumed' });
  const allowPublicRepositories = read(boolean, row['allow_public_repositories']);
  if (row['allow_public_repositories'] !== undefined && allowPublicRepositories === undefined) {
    problems.push({
      attribute: 'allow_public_repositories',
      problem: "is not a boolean, so the module's setting counts",
    });
  }
  const appsFromRepository = read(boolean, row['apps_from_repository']);
  if (row['apps_from_repository'] !== undefined && appsFromRepository === undefined)
    problems.push({ attribute: 'apps_from_repository', problem: 'is not a boolean, so no repository declares an app' });
  const runnerGroup = read(text, row['runner_group']);
  if (row['runner_group'] !== undefined && runnerGroup === undefined)
    problems.push({
      attribute: 'runner_group',
      problem: "is not the name of a runner group, so the one of the job's tier counts",
    });
  const knownGroup = parseKnownGroup(row[KNOWN_GROUP_ATTRIBUTE]);
  const { caps, invalid } = readCaps(row);
  for (const attribute of invalid)
    problems.push({ attribute, problem: "is not a number of at least 0, so the tier's own counts, if it has one" });
  const usage = parseTenantUsage(row['usage']);
  const capMarks = readCapMarks(row);
  const callbackUrl = read(text, row[CALLBACK_ATTRIBUTE]);
  const callbackIs = callbackUrl === undefined ? undefined : callbackProblem(callbackUrl);
  if (callbackIs !== undefined)
    problems.push({ attribute: CALLBACK_ATTRIBUTE, problem: `${callbackIs}, so no event is sent there` });
  const suspendedBy = read(suspender, row['suspended_by']);
  const securityGroupId = read(text, row['security_group_id']);
  const githubLimitedUntil = read(time, row['github_limited_until']);
  const accountId = read(integer(), row['account_id']);
  const previousInstallationId = read(integer(), row['previous_installation_id']);
  const createdAt = read(text, row['created_at']);
  const updatedAt = read(text, row['updated_at']);
  return {
    kind: 'tenant',
    installationId,
    problems,
    slotsBroken: slots === undefined,
    tenant: {
      installationId,
      orgName,
      orgType: orgType ?? 'Organization',
      status,
      tier,
      maxRunners: maxRunners ?? own,
      maxRunnersFromRow: maxRunners !== undefined,
      ...(slots ?? { slotsHeld: 0, slotChanges: 0 }),
      ...(accountId !== undefined && { accountId }),
      ...(suspendedBy && { suspendedBy }),
      ...(securityGroupId !== undefined && { securityGroupId }),
      ...(cleanup && { cleanup }),
      ...(allowPublicRepositories !== undefined && { allowPublicRepositories }),
      ...(appsFromRepository !== undefined && { appsFromRepository }),
      ...(runnerGroup !== undefined && { runnerGroup }),
      ...(knownGroup && { knownGroup }),
      ...(callbackUrl !== undefined && callbackIs === undefined && { callbackUrl }),
      ...(previousInstallationId !== undefined && { previousInstallationId }),
      caps: { ...tiers.get(tier)?.caps, ...caps },
      ...(usage && { usage }),
      ...(Object.keys(capMarks).length > 0 && { capMarks }),
      circuits: parseCircuits(row),
      ...(githubLimitedUntil !== undefined && { githubLimitedUntil }),
      ...(createdAt !== undefined && { createdAt }),
      ...(updatedAt !== undefined && { updatedAt }),
    },
  };
}

function noName(orgName: string | undefined): RowProblem[] {
  if (orgName !== undefined) return [];
  return [
    { attribute: 'org_name', problem: 'is missing, so the row is not a tenant; delete it if its id was mistyped' },
  ];
}

function readStatus(row: Record<string, unknown>, problems: RowProblem[]): TenantStatus | undefined {
  const status = read(oneOf(TENANT_STATUSES), row['status']);
  if (isMarkedDeleted(row)) {
    if (status !== 'deleted') {
      const problem =
        'does not say deleted, yet the tenant was deleted, and that is final: it is set back. A new ' +
        'installation of the App makes a new tenant';
      problems.push({ attribute: 'status', problem });
    }
    return 'deleted';
  }
  if (status === undefined) {
    const value = row['status'] === undefined ? 'is missing' : 'is unknown';
    problems.push({
      attribute: 'status',
      problem: `${value}, so the row is not a tenant; set it to ${TENANT_STATUSES.join(', ')}`,
    });
  }
  return status;
}

function readTier(value: unknown, tiers: Tiers, defaultTier: string, problems: RowProblem[]): string {
  if (typeof value === 'string' && tiers.has(value)) return value;
  problems.push({
    attribute: 'tier',
    problem: `is not one of ${[...tiers.keys()].join(', ')}, so the default tier ${defaultTier} counts`,
  });
  return defaultTier;
}

const COUNTS = ['slots_held', 'slot_changes'] as const;

/** A tenant that never had a runner has neither. Undefined: they are counted anew before anything starts. */
function readSlots(
  row: Record<string, unknown>,
  problems: RowProblem[],
): { readonly slotsHeld: number; readonly slotChanges: number } | undefined {
  const counts = COUNTS.map((name) => (row[name] === undefined ? 0 : read(integer(), row[name])));
  const [slotsHeld, slotChanges] = counts;
  const broken = COUNTS.filter((_, at) => counts[at] === undefined);
  const problem = 'is not an integer of at least 0; the sweep counts anew, do not edit it';
  problems.push(...broken.map((attribute) => ({ attribute, problem })));
  const isOld = row[SLOTS_OF_OLD] !== undefined;
  if (isOld)
    problems.push({
      attribute: SLOTS_OF_OLD,
      problem: 'is of an earlier version; the sweep counts anew and removes it',
    });
  return isOld || slotsHeld === undefined || slotChanges === undefined ? undefined : { slotsHeld, slotChanges };
}
