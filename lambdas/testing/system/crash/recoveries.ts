import { MINUTE, plus } from '@multi-tenant-runner/core';
import { ID, begin, type StartedSystem, type Scenario } from './scenario';

/** The schedule goes on every two minutes. */
async function comesBy({ system, functions }: StartedSystem, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    system.harness.clock.advance(2 * MINUTE);
    await functions.recover();
  }
}

/** A delivery is asked for at least once, and again only where the first ask may not have been taken up. */
function wronglyAsked(guid: string, { system }: StartedSystem): string[] {
  const times = system.harness.state.app.asked.filter((one) => one === guid).length;
  return times < 1 || times > 2 ? [`${guid} asked for ${times} times`] : [];
}

export const RECOVERIES: readonly Scenario[] = [
  {
    name: 'a recovery of deliveries over several pages',
    arrange: async () => {
      const arranged = begin({}, []);
      const { app } = arranged.system.harness.state;
      app.pageSize.value = 2;
      for (const guid of ['lost-1', 'lost-2', 'lost-3']) {
        // Farther apart than what is read twice anyway.
        app.deliver({ guid, succeeded: false });
        arranged.system.harness.clock.advance(20 * MINUTE);
        app.deliver({ guid: `fine-${guid}`, succeeded: true });
        arranged.system.harness.clock.advance(20 * MINUTE);
      }
      const alsoWrong = (): string[] => ['lost-1', 'lost-2', 'lost-3'].flatMap((guid) => wronglyAsked(guid, arranged));
      return { ...arranged, act: () => arranged.functions.recover(), later: () => comesBy(arranged, 15), alsoWrong };
    },
  },
  {
    name: 'a recovery that learns that a delivery arrived',
    arrange: async () => {
      const arranged = begin({}, []);
      arranged.system.harness.state.app.deliver({ guid: 'lost', succeeded: false });
      await arranged.functions.recover();
      arranged.system.harness.clock.advance(2 * MINUTE);
      return {
        ...arranged,
        act: () => arranged.functions.recover(),
        later: () => comesBy(arranged, 15),
        alsoWrong: () => wronglyAsked('lost', arranged),
      };
    },
  },
  {
    name: 'a recovery that GitHub asks to wait',
    arrange: async () => {
      const arranged = begin({}, []);
      const { app } = arranged.system.harness.state;
      app.deliver({ guid: 'lost', succeeded: false });
      app.fail(
        { kind: 'limited', retryAt: plus(arranged.system.harness.clock.now(), 5 * MINUTE) },
        { method: 'redeliver', times: 1 },
      );
      return {
        ...arranged,
        act: () => arranged.functions.recover(),
        later: () => comesBy(arranged, 15),
        alsoWrong: () => wronglyAsked('lost', arranged),
      };
    },
  },
  {
    name: 'a recovery that does not know yet what came of a redelivery',
    arrange: async () => {
      const arranged = begin({}, []);
      const { app } = arranged.system.harness.state;
      app.deliver({ guid: 'lost', succeeded: false });
      await arranged.functions.recover();
      arranged.system.harness.clock.advance(5 * MINUTE);
      app.fail({ kind: 'unavailable', message: 'no answer' }, { method: 'listDeliveries', times: 2 });
      return {
        ...arranged,
        act: () => arranged.functions.recover(),
        later: () => comesBy(arranged, 15),
        alsoWrong: () => wronglyAsked('lost', arranged),
      };
    },
  },
  {
    name: 'a recovery of more failures of a tenant than are noted without a count',
    cuts: ['recovery.countPending'],
    arrange: async () => {
      const arranged = begin({}, []);
      const guids = Array.from({ length: 51 }, (_, index) => `lost-${index}`);
      for (const guid of guids)
        arranged.system.harness.state.app.deliver({ guid, succeeded: false, installationId: ID });
      const alsoWrong = (): string[] => guids.flatMap((guid) => wronglyAsked(guid, arranged));
      return { ...arranged, act: () => arranged.functions.recover(), later: () => comesBy(arranged, 15), alsoWrong };
    },
  },
  {
    name: 'a recovery of a job without a webhook',
    arrange: async () => {
      const arranged = begin();
      const { search } = arranged.system.harness.state;
      const queuedAt = plus(arranged.system.harness.clock.now(), -5 * MINUTE).toISOString();
      // The page has a newer run alone, so that the lists of each status are read as well.
      search.pageSize.value = 1;
      search.runs.set('acme/app', [{ runId: 6002, status: 'completed', jobs: [], createdAt: queuedAt }]);
      search.addJob(search.addRepository(ID), {
        jobId: 1,
        runId: 6001,
        labels: ['self-hosted', 'linux', 'x64', 'small'],
        queuedAt,
      });
      const alsoWrong = (): string[] =>
        arranged.system.harness.state.fleet.machines.size === 1
          ? []
          : [`${arranged.system.harness.state.fleet.machines.size} machines for one job`];
      return { ...arranged, act: () => arranged.functions.recover(), later: () => comesBy(arranged, 15), alsoWrong };
    },
  },
  {
    name: 'a recovery of installations that came and went unheard',
    arrange: async () => {
      const arranged = begin({}, []);
      const { github, bus } = arranged.system.harness.state;
      arranged.system.harness.addTenant({ installation_id: 2002, org_name: 'globex', account_id: 502 });
      github.installations.delete(2002);
      github.installations.set(3003, { login: 'initech', suspended: false, accountId: 503, type: 'Organization' });
      const alsoWrong = (): string[] => {
        const heard = new Set(
          bus.published.map(({ lifecycle }) => `${lifecycle?.action} ${lifecycle?.installationId}`),
        );
        return ['created 3003', 'deleted 2002']
          .filter((event) => !heard.has(event))
          .map((event) => `${event} was not announced`);
      };
      return { ...arranged, act: () => arranged.functions.recover(), later: () => comesBy(arranged, 15), alsoWrong };
    },
  },
];
