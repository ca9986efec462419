import { TENANT_STATUSES } from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import { some } from '../doctor/check';
import type { Fleet } from '../fleet';
import { EXIT, Problem, usage } from '../problem';
import { lookUntilGone, type Waiting } from './offboarding';
import { requireReason } from './record-change';
import { editTenant, type ChangeOptions } from './tenants';

const PAGE = 1_000;

interface Listed {
  readonly installationId: number;
  readonly orgName: string;
}

/** Ends every tenant for good, before the module is destroyed. Says how many that are, and wants a yes. */
export async function offboardAll(options: ChangeOptions & Waiting, fleet: Fleet): Promise<Answer> {
  requireReason(options);
  const tenants = await listLiving(fleet);
  const names = some(tenants.map(({ orgName }) => orgName));
  if (!options.dryRun && !options.yes && tenants.length > 0)
    throw usage(
      `${tenants.length} tenants end for good, with all that runs of them: ${names}. ` +
        'Repeat the command with --yes if that is what you want.',
    );
  const rows: Row[] = [];
  for (const tenant of tenants) {
    const row = { installation: tenant.installationId, tenant: tenant.orgName };
    if (options.dryRun) rows.push({ ...row, becomes: 'deleted' });
    else {
      await editTenant(String(tenant.installationId), { kind: 'offboard' }, options, fleet);
      rows.push({ ...row, becomes: 'deleted', gone: await untilGone(tenant, options, fleet) });
    }
  }
  return { kind: 'rows', columns: ['installation', 'tenant', 'becomes', 'gone'], rows, none: 'There are no tenants.' };
}

async function listLiving({ directory }: Fleet): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  for (const status of TENANT_STATUSES.filter((one) => one !== 'deleted'))
    for (let after: number | undefined, isMore = true; isMore; ) {
      const { tenants, next } = await directory.list(status, { limit: PAGE, ...(after !== undefined && { after }) });
      found.push(...tenants);
      after = next;
      isMore = next !== undefined;
    }
  return found;
}

/** Undefined: nobody asked to wait for it. */
async function untilGone(
  { installationId, orgName }: Listed,
  { until }: Waiting,
  fleet: Fleet,
): Promise<boolean | undefined> {
  if (until === undefined) return undefined;
  const { done, sentence } = await lookUntilGone(installationId, { until }, fleet);
  if (!done) throw new Problem(`${orgName}: ${sentence}`, EXIT.failed);
  return done;
}
