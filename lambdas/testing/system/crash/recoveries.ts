import { MINUTE, plus } from '@multi-tenant-runner/core';
import { ID, begin, type Beginning, type Scenario } from './scenario';

/** The schedule goes on every two minutes. */
async function comesBy({ system, functions }: Beginning, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    system.harness.clock.advance(2 * MINUTE);
    await functions.recover();
  }
}

/** A delivery is asked for at least once, and again only where the first ask may not have been taken up. */
function wronglyAsked(guid: string, { system }: Beginning): string[] {
  const times = system.harness.state.app.asked.filter((one) => one === guid).length;
  return times < 1 || times > 2 ? [`${guid} asked for ${times} times`] : [];
}

export const RECOVERIES: readonly Scenario[] = [
  {
    name: 'a recovery of deliveries over several pages',
    arrange: async () => {
      const scene = begin({}, []);
      const { app } = scene.system.harness.state;
      app.pageSize.value = 2;
      for (const guid of ['lost-1', 'lost-2', 'lost-3']) {
        // Farther apart than what is read twice anyway.
        app.deliver({ guid, succeeded: false });
        scene.system.harness.clock.advance(20 * MINUTE);
        app.deliver({ guid: `fine-${guid}`, succeeded: true });
        scene.system.harness.clock.advance(20 * MINUTE);
      }
      const alsoWrong = (): string[] => ['lost-1', 'lost-2', 'lost-3'].flatMap((guid) => wronglyAsked(guid, scene));
      return { ...scene, act: () => scene.functions.recover(), later: () => comesBy(scene, 15), alsoWrong };
    },
  },
  {
    name: 'a recovery that learns that a delivery arrived',
    arrange: async () => {
      const scene = begin({}, []);
      scene.system.harness.state.app.deliver({ guid: 'lost', succeeded: false });
      await scene.functions.recover();
      scene.system.harness.clock.advance(2 * MINUTE);
      return {
        ...scene,
        act: () => scene.functions.recover(),
        later: () => comesBy(scene, 15),
        alsoWrong: () => wronglyAsked('lost', scene),
      };
    },
  },
  {
    name: 'a recovery that GitHub asks to wait',
    arrange: async () => {
      const scene = begin({}, []);
      const { app } = scene.system.harness.state;
      app.deliver({ guid: 'lost', succeeded: false });
      app.fail(
        { kind: 'limited', retryAt: plus(scene.system.harness.clock.now(), 5 * MINUTE) },
        { method: 'redeliver', times: 1 },
      );
      return {
        ...scene,
        act: () => scene.functions.recover(),
        later: () => comesBy(scene, 15),
        alsoWrong: () => wronglyAsked('lost', scene),
      };
    },
  },
  {
    name: 'a recovery of a job that no webhook told of',
    arrange: async () => {
      const scene = begin();
      const { search } = scene.system.harness.state;
      const queuedAt = plus(scene.system.harness.clock.now(), -5 * MINUTE).toISOString();
      search.addJob(search.addRepository(ID), {
        jobId: 1,
        runId: 6001,
        labels: ['self-hosted', 'linux', 'x64', 'small'],
        queuedAt,
      });
      const alsoWrong = (): string[] =>
        scene.system.harness.state.fleet.machines.size === 1
          ? []
          : [`${scene.system.harness.state.fleet.machines.size} machines for one job`];
      return { ...scene, act: () => scene.functions.recover(), later: () => comesBy(scene, 15), alsoWrong };
    },
  },
  {
    name: 'a recovery of installations that came and went unheard',
    arrange: async () => {
      const scene = begin({}, []);
      const { github, bus } = scene.system.harness.state;
      scene.system.harness.addTenant({ installation_id: 2002, org_name: 'globex', account_id: 502 });
      github.installations.delete(2002);
      github.installations.set(3003, { login: 'initech', suspended: false, accountId: 503, type: 'Organization' });
      const alsoWrong = (): string[] => {
        const heard = new Set(
          bus.published.map(({ lifecycle }) => `${lifecycle?.action} ${lifecycle?.installationId}`),
        );
        return ['created 3003', 'deleted 2002']
          .filter((event) => !heard.has(event))
          .map((event) => `nobody was told ${event}`);
      };
      return { ...scene, act: () => scene.functions.recover(), later: () => comesBy(scene, 15), alsoWrong };
    },
  },
];
