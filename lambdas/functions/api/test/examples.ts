import { INSTALLATION, job, launch, machineLife } from '@multi-tenant-runner/testing';
import type { OperationId } from '../src/access/permissions';
import type { ApiHarness, Sent } from './api-harness';
import { COMMITS, DEPLOYMENTS, fillApps } from './app-examples';

export interface Example extends Omit<Sent, 'method'> {
  readonly path: string;
}

const REASON = { 'x-reason': 'the tests try it' };
const ofTenant =
  (rest: string, sent: Omit<Example, 'path'> = {}) =>
  (installationId: number): Example => ({ path: `/v1/tenants/${installationId}${rest}`, ...sent });
const ofFleet =
  (path: string, sent: Omit<Example, 'path'> = {}) =>
  (): Example => ({ path: `/v1${path}`, ...sent });

/** A request of each operation that a fleet with that tenant can answer. */
export const EXAMPLES: Readonly<Record<OperationId, (installationId: number) => Example>> = {
  'check-health': ofFleet('/health'),
  'check-health-deep': ofFleet('/health/deep'),
  'check-nets': ofFleet('/health/nets'),
  'show-document': ofFleet('/openapi.json'),
  'show-page': ofFleet('/page'),
  'show-me': ofFleet('/me'),
  'list-tenants': ofFleet('/tenants', { query: 'status=active&limit=1' }),
  'find-tenants': ofFleet('/logins/acme'),
  'list-overview': ofFleet('/overview', { query: 'limit=1' }),
  'list-usage': ofFleet('/usage', { query: 'month=2026-01&limit=1' }),
  'show-tenant': ofTenant(''),
  'change-tenant': ofTenant('', { body: { tier: 'medium', max_runners: 4 }, headers: REASON }),
  'approve-tenant': ofTenant('/approve', { headers: REASON }),
  'suspend-tenant': ofTenant('/suspend', { headers: REASON }),
  'resume-tenant': ofTenant('/resume', { headers: REASON }),
  'drain-tenant': ofTenant('/drain', { headers: REASON }),
  'offboard-tenant': ofTenant('/offboard', { body: { confirm: 'acme' }, headers: REASON }),
  'show-offboarding': ofTenant('/offboarding'),
  'show-overview': ofTenant('/overview'),
  'show-limits': ofTenant('/limits'),
  'show-usage': ofTenant('/usage', { query: 'month=2026-01' }),
  'show-stats': ofTenant('/stats'),
  'list-corrections': ofTenant('/usage/corrections', { query: 'month=2026-01' }),
  'correct-usage': ofTenant('/usage/corrections', {
    body: { id: 'ticket-1', launch_id: '7001-1', started_at: '2026-01-15T12:00:00.000Z', seconds: 60 },
    headers: REASON,
  }),
  'create-link': ofTenant('/links', { headers: REASON }),
  'show-callback': ofTenant('/callback'),
  'set-callback': ofTenant('/callback', { body: { url: 'https://hooks.acme.com/runners' }, headers: REASON }),
  'rotate-callback-secret': ofTenant('/callback/rotate', { headers: REASON }),
  'remove-callback': ofTenant('/callback/remove', { headers: REASON }),
  'set-apps-from-repository': ofTenant('/apps-from-repository', { body: { allowed: true }, headers: REASON }),
  'list-jobs': ofTenant('/jobs', { query: 'limit=1' }),
  'show-job': ofTenant('/jobs/7001'),
  'explain-job': ofTenant('/jobs/7001/why'),
  'cancel-job': ofTenant('/jobs/7001/cancel', { headers: REASON }),
  'retry-job': ofTenant('/jobs/7003/retry', { headers: REASON }),
  'list-runners': ofTenant('/runners', { query: 'limit=1' }),
  'show-runner': ofTenant('/runners/7001-1'),
  'end-runner': ofTenant('/runners/7001-1/end', { body: { force: true }, headers: REASON }),
  'list-locks': ofTenant('/locks'),
  'acquire-lock': ofTenant('/locks/production/acquire', {
    body: { holder: 'run-1', ttl_seconds: 60 },
    headers: REASON,
  }),
  'release-lock': ofTenant('/locks/production/release', { body: { holder: 'run-1' }, headers: REASON }),
  'list-waiting': ofFleet('/waiting', { query: 'limit=10' }),
  'list-tenant-changes': ofTenant('/audit', { query: 'limit=1' }),
  'list-changes': ofFleet('/audit', { query: 'day=2026-01-15&limit=1' }),
  'list-dead-letters': ofFleet('/dead-letters'),
  'redrive-dead-letters': ofFleet('/dead-letters/test-builds-small-dlq/redrive', { headers: REASON }),
  'freeze-launches': ofFleet('/launches/freeze', { headers: REASON }),
  'unfreeze-launches': ofFleet('/launches/unfreeze', { headers: REASON }),
  'list-apps': ofTenant('/apps', { query: 'limit=1' }),
  'create-app': (installationId) => {
    const repository = `${installationId === INSTALLATION ? 'acme' : 'globex'}/forum`;
    const body = { name: 'forum', repository, repository_id: 75 };
    return ofTenant('/apps', { body, headers: REASON })(installationId);
  },
  'show-app': ofTenant('/apps/shop'),
  'show-app-logs': ofTenant('/apps/shop/logs'),
  'scale-app': ofTenant('/apps/shop/scale', { body: { count: 2 }, headers: REASON }),
  'suspend-app': ofTenant('/apps/shop/suspend', { headers: REASON }),
  'resume-app': ofTenant('/apps/shop/resume', { headers: REASON }),
  'delete-app': ofTenant('/apps/shop/delete', { body: { confirm: 'shop' }, headers: REASON }),
  'add-app-host': ofTenant('/apps/shop/hosts', { body: { host: 'shop.example.com' }, headers: REASON }),
  'remove-app-host': ofTenant('/apps/shop/hosts/remove', { body: { host: 'old.example.com' }, headers: REASON }),
  'list-app-secrets': ofTenant('/apps/shop/secrets'),
  'set-app-secret': ofTenant('/apps/shop/secrets/DATABASE_URL', { body: { value: 'postgres://…' }, headers: REASON }),
  'unset-app-secret': ofTenant('/apps/shop/secrets/DATABASE_URL/delete', { headers: REASON }),
  'deploy-app': ofTenant('/apps/shop/deploy', { body: { commit: COMMITS.building }, headers: REASON }),
  'roll-back-app': ofTenant('/apps/shop/rollback', { headers: REASON }),
  'list-deployments': ofTenant('/apps/shop/deployments', { query: 'limit=1' }),
  'show-deployment': ofTenant(`/apps/shop/deployments/${DEPLOYMENTS.live}`),
  'explain-deployment': ofTenant(`/apps/shop/deployments/${DEPLOYMENTS.building}/why`),
  'get-push-credentials': ofFleet('/me/apps/shop/push-credentials', {
    body: { commit: COMMITS.building },
    headers: REASON,
  }),
  'deliver-webhook': ofFleet('/deliveries', {
    body: { ref: 'refs/heads/main' },
    headers: { ...REASON, 'x-github-event': 'push', 'x-github-delivery': 'one', 'x-hub-signature-256': 'sha256=00' },
  }),
};

/** A tenant with a waiting job, a runner and a change, of each as much as there can be. */
export async function fill({ harness, audit, apps }: ApiHarness, installationId = INSTALLATION): Promise<void> {
  await fillApps(apps, installationId);
  const at = '2026-01-15T11:00:00.000Z';
  const { rows } = harness.state.tenants;
  rows.set(installationId, { ...rows.get(installationId), callback_url: 'https://hooks.acme.com/' });
  await harness.state.jobs.create(
    job({
      installationId,
      state: 'parked',
      reason: 'limit',
      gatedAt: at,
      nextTry: at,
      runnerName: 'i-1',
      machineEnd: 'machine:exit',
      capacityErrors: ['on-demand/t3.medium/subnet-a InsufficientInstanceCapacity'],
      error: 'Error',
    }),
  );
  await harness.state.jobs.create(job({ installationId, jobId: 7002, state: 'running', startedAt: at }));
  const over = { state: 'expired', reason: 'too-old', endedAt: at } as const;
  await harness.state.jobs.create(job({ installationId, jobId: 7003, ...over }));
  await harness.state.launches.create(launch({ installationId, state: 'running', launchedAt: at, runningAt: at }));
  await harness.state.launches.create(launch({ installationId, jobId: 7002, launchId: '7002-1', state: 'running' }));
  await harness.state.jobs.create(
    job({ installationId, jobId: 7004, state: 'completed', startingAt: at, startedAt: at, endedAt: at }),
  );
  harness.state.usage.record(machineLife({ installationId }));
  const large = machineLife({ installationId, launchId: '7002-1', tier: 'large' });
  harness.state.usage.record(large);
  const corrected = {
    id: 'ticket-0',
    number: 1,
    seconds: -60,
    costMicros: -5,
    unpriced: 0,
    at,
    by: 'jane',
    reason: 'r',
  };
  await harness.state.usage.corrections.record({ ...large, ...corrected });
  await harness.state.launches.writeCursor('sweep-open', JSON.stringify({ since: at, at }));
  for (const id of ['change-1', 'change-2'])
    await audit.record({
      installationId,
      at: '2026-01-15T12:00:00.000Z',
      id,
      action: 'tenant.changed',
      actor: 'arn:aws:iam::123456789012:user/ops',
      via: 'mtr',
      reason: 'they asked',
      requestId: id,
      before: { tier: 'small', max_runners: 2 },
      after: { tier: 'medium', max_runners: 5, allow_public_repositories: true },
    });
}
