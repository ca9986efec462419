import { INSTALLATION, machineLife } from '@multi-tenant-runner/testing';
import { OPERATOR, createApiHarness } from '../../test/api-harness';

const LIFE = machineLife({ installationId: INSTALLATION, seconds: 3_600, costMicros: 44_900 });
const PATH = `/v1/tenants/${INSTALLATION}/usage/corrections`;
const BODY = { id: 'ticket-1', launch_id: LIFE.launchId, started_at: LIFE.startedAt, seconds: 300, usd: 0.003741 };
const REASON = { 'x-reason': 'it ended at 12:05' };

async function withLife() {
  const api = await createApiHarness();
  api.harness.state.usage.record(LIFE);
  const correct = (body: object = BODY) => api.operator(PATH, { method: 'POST', headers: REASON, body });
  return { api, correct };
}

describe('a correction of the ledger', () => {
  it('changes the sums, is listed for the tenant, and is in the audit trail', async () => {
    const { api, correct } = await withLife();
    expect(await correct()).toMatchObject({
      status: 200,
      body: { changed: true, correction: { id: 'ticket-1', seconds: -3_300, usd: -0.041159 } },
    });
    const viewer = await api.tenant('tenant-viewer');
    const usage = await viewer(`/v1/tenants/${INSTALLATION}/usage`, { query: 'month=2026-01' });
    expect(usage.body).toMatchObject({ sizes: [{ seconds: 300, usd: 0.003741 }] });
    const { body } = await viewer(PATH, { query: 'month=2026-01' });
    expect(body).toMatchObject({ corrections: [{ id: 'ticket-1', launch_id: LIFE.launchId }] });
    expect(JSON.stringify(body)).not.toMatch(/arn:|it ended/);
    expect(api.audit.entries).toMatchObject([
      { action: 'usage.corrected', actor: OPERATOR, via: 'api', reason: REASON['x-reason'], after: { seconds: 300 } },
    ]);
  });

  it('counts once for its id, and is refused for another', async () => {
    const { correct } = await withLife();
    await correct();
    expect(await correct()).toMatchObject({ status: 200, body: { changed: false } });
    expect(await correct({ ...BODY, seconds: 299 })).toMatchObject({ status: 409 });
  });

  it.each([
    ['without figures', { id: 'x', launch_id: LIFE.launchId, started_at: LIFE.startedAt }, 409],
    ['of a machine that is not in the ledger', { ...BODY, launch_id: '1-1' }, 404],
    ['to less than nothing', { ...BODY, usd: -1 }, 400],
    ['with an id that is no id', { ...BODY, id: 'a/b' }, 400],
  ])('is refused %s', async (_what, body, status) => {
    const { api, correct } = await withLife();
    expect((await correct(body)).status).toBe(status);
    expect(api.audit.entries).toEqual([]);
  });
});
