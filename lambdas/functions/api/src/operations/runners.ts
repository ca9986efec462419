import { openAtOfLaunch } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { pageOf } from '../http/cursor';
import { nextCursor, paging, tenantParams } from '../http/schemas';
import { defineOperation } from './operation';
import { findRunner, runner, runnerParams, viewRunner } from './runner-view';

export const listRunners = defineOperation({
  id: 'list-runners',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/runners',
  summary: "A tenant's runners that are not over, oldest first.",
  params: tenantParams,
  query: v.strictObject(paging),
  answer: v.object({ runners: v.array(runner), next_cursor: nextCursor }),
  run: async ({ params: { installation_id: tenant }, query }, { launches, cursors }) => {
    const scope = ['list-runners', tenant];
    const { rows, next } = await launches.pageOpen(Number(tenant), await pageOf(query, scope, cursors));
    const last = rows.at(-1);
    return {
      body: {
        runners: rows.map(viewRunner),
        ...(next !== undefined && last && { next_cursor: await cursors.seal(openAtOfLaunch(last), scope) }),
      },
    };
  },
});

export const showRunner = defineOperation({
  id: 'show-runner',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/runners/{launch_id}',
  summary: 'A runner with the times of its life.',
  params: runnerParams,
  answer: runner,
  run: async ({ params }, deps) => ({ body: viewRunner(await findRunner(params, deps)) }),
});
