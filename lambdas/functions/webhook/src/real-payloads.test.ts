import examples from '@octokit/webhooks-examples';
import { delivery, createWebhookHarness, type Json } from '../test/deliveries';

interface Example {
  readonly name: string;
  readonly payload: Json;
}

const payloads: readonly Example[] = examples.flatMap(({ name, examples: list }) =>
  list.map((payload) => ({ name, payload: { ...payload } })),
);
const of = (...names: readonly string[]) => payloads.filter(({ name }) => names.includes(name));

describe('GitHub’s own example payloads', () => {
  it('of every event are answered, and none is taken for a fault of ours', async () => {
    expect(payloads.length).toBeGreaterThan(100);
    for (const { name, payload } of payloads) {
      const { statusCode, message } = await createWebhookHarness().send(delivery(name, payload));
      expect([name, message, statusCode < 400]).toEqual([name, message, true]);
    }
  });

  it('of installations reach the tenant manager', async () => {
    const relevant = of('installation').filter(({ payload }) => payload['action'] !== 'new_permissions_accepted');
    expect(relevant.length).toBeGreaterThan(3);
    for (const { payload } of relevant) {
      const harness = createWebhookHarness();
      await harness.send(delivery('installation', payload));
      expect(harness.state.bus.published).toMatchObject([
        { lifecycle: { action: payload['action'], account: { kind: 'owner' } } },
      ]);
      expect(harness.state.bus.published[0]?.lifecycle?.changedAt).toMatch(/^20\d\d-.*Z$/);
    }
  });

  it('of jobs for GitHub’s own machines start nothing', async () => {
    for (const { payload } of of('workflow_job')) {
      const harness = createWebhookHarness();
      await harness.send(delivery('workflow_job', payload));
      expect(harness.names()).toEqual([]);
    }
  });
});
