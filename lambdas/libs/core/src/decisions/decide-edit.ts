import { isOffboarded, type TenantLookup } from '../model/tenant';
import type { Tiers } from '../model/tier';
import { decideCallback, type CallbackRequest } from './decide-callback';
import { decideCaps, type CapsRequest } from './decide-caps';

export type EditRequest =
  | { readonly kind: 'suspend' | 'resume' | 'approve' | 'offboard' }
  | { readonly kind: 'set-tier'; readonly tier: string; readonly maxRunners?: number }
  | { readonly kind: 'set-limit'; readonly maxRunners: number }
  | { readonly kind: 'set-apps-from-repository'; readonly allowed: boolean }
  | CapsRequest
  | CallbackRequest;

/** Attributes of the row; `null` removes one, or expects none. */
export interface TenantEdit {
  readonly expect: Readonly<Record<string, string | number | null>>;
  readonly set: Readonly<Record<string, string | number | boolean | null>>;
}

export type EditDecision =
  | { readonly kind: 'edit'; readonly edit: TenantEdit; readonly sentence: string }
  /** The row says so already. */
  | { readonly kind: 'nothing'; readonly sentence: string }
  | { readonly kind: 'refuse'; readonly sentence: string };

export type { CallbackRequest };

export interface EditSettings {
  readonly tiers: Tiers;
}

type TenantRow = Extract<TenantLookup, { kind: 'tenant' }>['tenant'];

/** What an operator's wish writes into a tenant's row, or why it can't. Pure. */
export function decideEdit(lookup: TenantLookup, request: EditRequest, settings: EditSettings): EditDecision {
  if (lookup.kind === 'none') return refuse(`Installation ${lookup.installationId} has no row that is a tenant.`);
  if (isOffboarded(lookup) && request.kind === 'offboard')
    return { kind: 'nothing', sentence: `Installation ${lookup.installationId} is offboarded already.` };
  if (isOffboarded(lookup))
    return refuse(
      `Installation ${lookup.installationId} is deleted, and that is final; a new installation makes a new tenant.`,
    );
  const { tenant } = lookup;
  switch (request.kind) {
    case 'suspend':
      return suspend(tenant);
    case 'resume':
      return resume(tenant);
    case 'approve':
      return approve(tenant);
    case 'offboard':
      return {
        kind: 'edit',
        edit: { expect: { status: tenant.status }, set: { status: 'deleted' } },
        sentence: `${tenant.orgName} is offboarded for good: its ${count(tenant.slotsHeld)} end, busy or not.`,
      };
    case 'set-tier':
      return setTier(tenant, request, settings);
    case 'set-limit':
      return setLimit(tenant, request.maxRunners);
    case 'set-caps':
      return decideCaps(tenant, request);
    case 'set-apps-from-repository':
      return setAppsFromRepository(tenant, request.allowed);
    case 'set-callback':
      return decideCallback(tenant, request);
  }
}

function suspend(tenant: TenantRow): EditDecision {
  if (tenant.status === 'suspended' && tenant.suspendedBy === 'operator')
    return { kind: 'nothing', sentence: `${tenant.orgName} is suspended by an operator already.` };
  return {
    kind: 'edit',
    edit: { expect: { status: tenant.status }, set: { status: 'suspended', suspended_by: 'operator' } },
    sentence: `${tenant.orgName} starts no more jobs; its ${count(tenant.slotsHeld)} in use go on.`,
  };
}

function resume(tenant: TenantRow): EditDecision {
  if (tenant.status === 'active') return { kind: 'nothing', sentence: `${tenant.orgName} is active already.` };
  if (tenant.suspendedBy === 'github')
    return refuse(`${tenant.orgName} suspended the App itself; only its owners can lift that, at GitHub.`);
  if (tenant.suspendedBy === 'approval') return refuse(`${tenant.orgName} waits for approval; approve it instead.`);
  return activate(tenant, `${tenant.orgName} is active; its waiting jobs start.`);
}

function approve(tenant: TenantRow): EditDecision {
  if (tenant.status === 'active') return { kind: 'nothing', sentence: `${tenant.orgName} is active already.` };
  if (tenant.suspendedBy !== 'approval')
    return refuse(`${tenant.orgName} does not wait for approval: ${tenant.suspendedBy ?? 'someone'} suspended it.`);
  return activate(tenant, `${tenant.orgName} is let in; its waiting jobs start.`);
}

function activate(tenant: TenantRow, sentence: string): EditDecision {
  return {
    kind: 'edit',
    edit: {
      expect: { status: 'suspended', suspended_by: tenant.suspendedBy ?? null },
      set: { status: 'active', suspended_by: null },
    },
    sentence,
  };
}

function setTier(
  tenant: TenantRow,
  { tier, maxRunners }: Extract<EditRequest, { kind: 'set-tier' }>,
  { tiers }: EditSettings,
): EditDecision {
  const wanted = tiers.get(tier);
  if (wanted === undefined)
    return refuse(`There is no tier ${tier}; runner_tiers has ${[...tiers.keys()].join(', ')}.`);
  const limit = maxRunners ?? wanted.maxRunners;
  if (tenant.tier === tier && tenant.maxRunners === limit && tenant.maxRunnersFromRow)
    return { kind: 'nothing', sentence: `${tenant.orgName} has the tier ${tier} and ${limit} runners already.` };
  return {
    kind: 'edit',
    edit: { expect: { status: tenant.status }, set: { tier, max_runners: limit } },
    sentence: `${tenant.orgName} goes from ${tenant.tier} (${tenant.maxRunners}) to ${tier} (${limit} runners).`,
  };
}

function setLimit(tenant: TenantRow, maxRunners: number): EditDecision {
  if (tenant.maxRunners === maxRunners && tenant.maxRunnersFromRow)
    return { kind: 'nothing', sentence: `${tenant.orgName} may have ${maxRunners} runners already.` };
  const over = tenant.slotsHeld - maxRunners;
  const effect = over > 0 ? ` ${count(over)} above it run on until their jobs end.` : '';
  return {
    kind: 'edit',
    edit: { expect: { status: tenant.status }, set: { max_runners: maxRunners } },
    sentence: `${tenant.orgName} may have ${maxRunners} runners instead of ${tenant.maxRunners}.${effect}`,
  };
}

function setAppsFromRepository({ orgName, status, appsFromRepository }: TenantRow, allowed: boolean): EditDecision {
  if ((appsFromRepository ?? false) === allowed)
    return { kind: 'nothing', sentence: `Repositories of ${orgName} declare ${allowed ? '' : 'no '}apps already.` };
  return {
    kind: 'edit',
    edit: { expect: { status }, set: { apps_from_repository: allowed || null } },
    sentence: allowed
      ? `From now on a push to a repository of ${orgName} declares the app of its .mtr/app.json.`
      : `No repository of ${orgName} declares an app any more; those that are declared stay.`,
  };
}

function count(runners: number): string {
  return `${runners} ${runners === 1 ? 'runner' : 'runners'}`;
}

function refuse(sentence: string): EditDecision {
  return { kind: 'refuse', sentence };
}
