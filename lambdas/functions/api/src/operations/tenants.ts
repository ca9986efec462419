import { TENANT_STATUSES } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { id, limitOf, nextCursor, paging, tenantParams, text } from '../http/schemas';
import { NOTHING, defineOperation } from './operation';
import { etagOf, findTenant, tenant, viewTenant } from './tenant-view';

const listed = v.object({
  installation_id: id,
  org_name: text,
  tier: text,
  max_runners: v.pipe(text, v.description('As it is in the row, which people edit')),
});

export const listTenants = defineOperation({
  id: 'list-tenants',
  method: 'GET',
  path: '/v1/tenants',
  summary: 'The tenants of one status, by installation id.',
  params: NOTHING,
  query: v.strictObject({
    status: v.optional(v.picklist(TENANT_STATUSES, `is not one of ${TENANT_STATUSES.join(', ')}`)),
    ...paging,
  }),
  answer: v.object({ tenants: v.array(listed), next_cursor: nextCursor }),
  run: async ({ query: { status = 'active', limit, cursor } }, { directory, cursors }) => {
    const scope = ['list-tenants', status];
    const after = cursor === undefined ? undefined : Number(await cursors.open(cursor, scope));
    const page = await directory.list(status, { limit: limitOf(limit), ...(after !== undefined && { after }) });
    return {
      body: {
        tenants: page.tenants.map((one) => ({
          installation_id: one.installationId,
          org_name: one.orgName,
          tier: one.tier,
          max_runners: one.maxRunners,
        })),
        ...(page.next !== undefined && { next_cursor: await cursors.seal(String(page.next), scope) }),
      },
    };
  },
});

export const findTenants = defineOperation({
  id: 'find-tenants',
  method: 'GET',
  path: '/v1/logins/{org_name}',
  summary: 'The installations of a login, deleted ones too.',
  params: v.object({ org_name: v.pipe(text, v.maxLength(100, 'is too long')) }),
  answer: v.object({ tenants: v.array(v.object({ installation_id: id, status: text })) }),
  run: async ({ params }, { directory }) => ({
    body: {
      tenants: (await directory.findByName(params.org_name)).map(({ installationId, status }) => ({
        installation_id: installationId,
        status,
      })),
    },
  }),
});

export const showTenant = defineOperation({
  id: 'show-tenant',
  method: 'GET',
  path: '/v1/tenants/{installation_id}',
  summary: 'A tenant: its state, its limit and how much of it is in use.',
  params: tenantParams,
  answer: tenant,
  run: async ({ params }, deps) => {
    const found = await findTenant(params.installation_id, deps);
    return { body: viewTenant(found), etag: etagOf(found) };
  },
});
