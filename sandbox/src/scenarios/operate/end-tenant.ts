import type { SandboxFile } from '../../lib/state';
import { apisOf } from '../../lib/api-addresses';
import type { ScenarioContext, Tenant } from '../kit/scenario-context';
import { signedClient } from './api-client';
import { expectAnswer } from './call-api';
import { expectJson, expectRefusal, holds, rowsOf } from './expect';
import type { Mtr } from './mtr';

const BECAUSE = ['--reason', 'the sandbox is done'];

/** Drains a tenant with a job that runs, then offboards it: the plan, the end, and the proof, which looks again. */
export async function endTenant(
  context: ScenarioContext,
  tenant: Tenant,
  { mtr, sandbox }: { readonly mtr: Mtr; readonly sandbox: SandboxFile },
): Promise<void> {
  const { checks, user } = context;
  const { id, login } = tenant;
  await drain(context, tenant, mtr);
  const operator = signedClient(apisOf(sandbox).operators, sandbox);
  const look = () => operator('GET', `/tenants/${id}/offboarding`);
  expectAnswer(checks, 'the API shows the plan of an offboarding', await look(), {
    status: 200,
    body: { done: false },
  });
  const offboard = ['tenants', 'offboard', login];
  await expectJson(checks, await mtr(...offboard, '--dry-run'), 'tenants offboard --dry-run is the plan', (answer) => {
    const rows = rowsOf(answer);
    const group = rows.find((row) => row['what'] === 'security group of its own');
    const ledger = rows.find((row) => row['what'] === 'machines in the ledger');
    return holds(group, { found: '1', becomes: 'removed' }) && holds(ledger, { becomes: 'kept' });
  });
  expectRefusal(checks, await mtr(...offboard, ...BECAUSE), 2, '--yes');
  const isProved = (answer: unknown): boolean =>
    holds(answer, { gone: true }) && String(Object(answer).proof).startsWith('Nothing is left: ');
  const proved = await mtr('tenants', 'offboard', String(id), ...BECAUSE, '--yes', '--wait', '5m');
  await expectJson(checks, proved, 'tenants offboard waits for the proof that nothing is left', isProved);
  const again = await mtr('tenants', 'offboard', String(id), ...BECAUSE, '--yes');
  await expectJson(checks, again, 'tenants offboard once more changes nothing and proves it again', isProved);
  await untilRecorded(context, id, mtr);
  await expectJson(checks, await mtr('tenants', 'show', String(id)), 'tenants show has the proof', (answer) => {
    const isRecorded = typeof Object(answer).proof_recorded_at === 'string';
    return isProved(answer) && isRecorded && holds(answer, { cleanup: 'done' });
  });
  expectAnswer(checks, 'the API looks again, and finds nothing', await look(), { status: 200, body: { done: true } });
  expectRefusal(checks, await mtr('tenants', 'suspend', String(id), '--reason', 'r'), 4, 'that is final');
  await user.uninstall(id);
}

async function drain({ checks, user, poller }: ScenarioContext, { id, login }: Tenant, mtr: Mtr): Promise<void> {
  const ask = ['tenants', 'drain', login, ...BECAUSE];
  const job = await user.queue({ installationId: id, size: 'small', seconds: null });
  await poller.until('a job runs that the drain has to wait for', async () =>
    (await user.jobs(id)).some((one) => one.id === job && one.status === 'in_progress') ? true : undefined,
  );
  await expectJson(checks, await mtr(...ask), 'tenants drain says what still runs', (answer) =>
    holds(answer, { running: 1, drained: false }),
  );
  await user.finish(job);
  await expectJson(checks, await mtr(...ask, '--wait', '5m'), 'tenants drain waits until nothing runs', (answer) =>
    holds(answer, { running: 0, drained: true }),
  );
}

/** The stream brings it within seconds. */
async function untilRecorded({ checks, poller }: ScenarioContext, id: number, mtr: Mtr): Promise<void> {
  await poller.until('the proof is in the audit trail', async () => {
    const { out } = await mtr('audit', 'search', '--tenant', String(id));
    return rowsOf(JSON.parse(out)).some((row) => row['action'] === 'tenant.offboarding-proved') ? true : undefined;
  });
  checks.check('the audit trail has what was looked for and not found', true);
}
