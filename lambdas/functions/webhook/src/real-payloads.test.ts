import examples from '@octokit/webhooks-examples';
import { delivery, webhookWorld, type Json } from '../test/deliveries';

interface Example {
  readonly name: string;
  readonly payload: Json;
}

const payloads: readonly Example[] = examples.flatMap(({ name, examples: list }) => list.map((payload) => ({ name, payload: { ...payload } })));
const of = (...names: readonly string[]) => payloads.filter(({ name }) => names.includes(name));

describe('GitHub’s own example payloads', () => {
  it('of every event are answered, and none is taken for a fault of ours', async () => {
    expect(payloads.length).toBeGreaterThan(100);
    for (const { name, payload } of payloads) {
      const { statusCode, message } = await webhookWorld().send(delivery(name, payload));
      expect([name, message, statusCode < 400]).toEqual([name, message, true]);
    }
  });

  it('of installations reach the tenant manager', async () => {
    const relevant = of('installation').filter(({ payload }) => payload['action'] !== 'new_permissions_accepted');
    expect(relevant.length).toBeGreaterThan(3);
    for (const { payload } of relevant) {
      const world = webhookWorld();
      await world.send(delivery('installation', payload));
      expect(world.state.bus.published).toMatchObject([{ lifecycle: { action: payload['action'], account: { kind: 'owner' } } }]);
      expect(world.state.bus.published[0]?.lifecycle?.changedAt).toMatch(/^20\d\d-.*Z$/);
    }
  });

  it('of jobs for GitHub’s own machines start nothing', async () => {
    for (const { payload } of of('workflow_job')) {
      const world = webhookWorld();
      await world.send(delivery('workflow_job', payload));
      expect(world.names()).toEqual([]);
    }
  });
});
