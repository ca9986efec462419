import { INSTALLATION } from '@multi-tenant-runner/testing';
import { createApiHarness, type ApiHarness, type Client } from '../../test/api-harness';
import { OPERATIONS } from '../operations/index';
import { EXAMPLES, fill } from '../../test/examples';
import { PUBLIC, type OperationId } from './permissions';

const OTHER = 2002;

/** What each caller may do with its own tenant; written out, so that a change of the code's table shows here. */
const OPERATOR_ONLY: readonly OperationId[] = [
  'list-tenants',
  'change-tenant',
  'approve-tenant',
  'suspend-tenant',
  'resume-tenant',
  'drain-tenant',
  'offboard-tenant',
  'show-offboarding',
  'cancel-job',
  'retry-job',
  'end-runner',
  'list-waiting',
  'list-changes',
  'list-dead-letters',
  'redrive-dead-letters',
  'freeze-launches',
  'unfreeze-launches',
  'check-health-deep',
  'check-nets',
  'list-overview',
  'find-tenants',
  'list-usage',
  'correct-usage',
  'deliver-webhook',
];
const ADMIN: readonly OperationId[] = [
  'list-tenant-changes',
  'create-link',
  'show-callback',
  'set-callback',
  'rotate-callback-secret',
  'remove-callback',
  'set-apps-from-repository',
  'create-app',
  'scale-app',
  'suspend-app',
  'resume-app',
  'delete-app',
  'add-app-host',
  'remove-app-host',
  'set-app-secret',
  'unset-app-secret',
];
const USER: readonly OperationId[] = [
  'list-app-secrets',
  'list-runners',
  'show-runner',
  'acquire-lock',
  'release-lock',
  'deploy-app',
  'roll-back-app',
  'get-push-credentials',
];
const VIEWER: readonly OperationId[] = [
  'show-me',
  'show-tenant',
  'show-limits',
  'list-locks',
  'list-jobs',
  'show-job',
  'explain-job',
  'show-overview',
  'show-usage',
  'show-stats',
  'list-corrections',
  'list-apps',
  'show-app',
  'show-app-logs',
  'list-deployments',
  'show-deployment',
  'explain-deployment',
];

const CALLERS: readonly (readonly [string, readonly OperationId[], (api: ApiHarness) => Client | Promise<Client>])[] = [
  ['an operator', [...OPERATOR_ONLY, ...ADMIN, ...USER, ...VIEWER], ({ operator }) => operator],
  ['a tenant-admin', [...ADMIN, ...USER, ...VIEWER], ({ tenant }) => tenant('tenant-admin')],
  ['a tenant-user', [...USER, ...VIEWER], ({ tenant }) => tenant('tenant-user')],
  ['a tenant-viewer', VIEWER, ({ tenant }) => tenant('tenant-viewer')],
  ['a workflow job', [...USER, ...VIEWER], ({ job }) => job()],
  ['a workflow job of a pull request', [], ({ job }) => job({ event_name: 'pull_request' })],
  ['a signed link', VIEWER, ({ link }) => link()],
  ['no one', [], ({ anonymous }) => anonymous],
];

const cells = CALLERS.flatMap(([who, may, connect]) =>
  OPERATIONS.flatMap((operation) => [
    { who, may, connect, operation, whose: 'its own', installationId: INSTALLATION },
    { who, may, connect, operation, whose: "another's", installationId: OTHER },
  ]),
);

test('every operation has a row', () => {
  const listed = [...OPERATOR_ONLY, ...ADMIN, ...USER, ...VIEWER, ...PUBLIC].filter(
    (id) => id !== 'show-document' && id !== 'show-page',
  );
  expect(listed.sort()).toEqual(OPERATIONS.map(({ id }) => id).sort());
});

test.each(cells)('$who: $operation.id of $whose tenant', async ({ may, connect, operation, installationId, who }) => {
  const api = await createApiHarness();
  api.harness.addTenant({ installation_id: OTHER, org_name: 'globex', account_id: 502 });
  const client = await connect(api);
  const { path, ...sent } = EXAMPLES[operation.id](installationId);
  await fill(api);
  const seen = (): string => {
    const { tenants, jobs, launches } = api.harness.state;
    const { rows, deploymentRows } = api.apps;
    const apps = [[...rows.values()], [...deploymentRows.values()], api.webhook.got];
    return JSON.stringify([[...tenants.rows], [...jobs.rows], launches.all(), api.audit.entries, api.fleet, apps]);
  };
  const before = seen();
  const { status } = await client(path, { method: operation.method, ...sent });

  const isOpen = (PUBLIC as readonly string[]).includes(operation.id);
  const namesTenant = operation.path.includes('{installation_id}');
  const isForeign = namesTenant && installationId === OTHER && who !== 'an operator';
  const isAllowed = isOpen || (may.includes(operation.id) && !isForeign);
  if (isAllowed) return expect([200, 404, 409]).toContain(status);
  expect([401, 403]).toContain(status);
  expect(seen()).toBe(before);
});
