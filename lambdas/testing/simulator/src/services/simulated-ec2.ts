import {
  SECOND,
  TAG,
  isMachineOf,
  isOrderId,
  type BlankMachines,
  type Launch,
  type Machine,
  type RunnerFleet,
} from '@multi-tenant-runner/core';
import type { InMemoryBlanks, InMemoryFleet, InMemoryLaunchStore } from '@multi-tenant-runner/testing';
import type { Scheduler } from '../engine/scheduler';
import type { SimulationBus } from './events';
import type { Machines } from './machines';

/** For so long the adapter looks at a new machine. */
const LOOKS = 7 * SECOND;

/** The in-memory fleet with machines that live behind it, and with a Describe that may be behind. */
export function createSimulatedEc2(deps: {
  readonly inner: InMemoryFleet;
  readonly blanks: InMemoryBlanks;
  readonly machines: Machines;
  /** The truth about machines of a shared call: whose each is, before anything on it says so. */
  readonly launches: Pick<InMemoryLaunchStore, 'rows'>;
  readonly events: SimulationBus;
  readonly scheduler: Scheduler;
  readonly environment: string;
}): { readonly fleet: RunnerFleet; readonly blanks: BlankMachines } {
  const { inner, machines, events, scheduler } = deps;
  const visible = (found: readonly Machine[]): Machine[] =>
    found.flatMap((machine) => {
      const known = machines.all.get(machine.instanceId);
      if (known === undefined || scheduler.now() < known.hiddenUntil) return [];
      return [scheduler.now() < known.staleUntil ? { ...machine, state: known.staleState } : machine];
    });
  /** Whose launch joined an order under this number. */
  const ownerOf = (clientToken: string, launchIndex: number): Launch | undefined =>
    [...deps.launches.rows.values()].find(
      ({ intent }) => intent !== undefined && isMachineOf({ clientToken, launchIndex }, intent),
    );
  const begin = (instanceId: string, owner?: Launch): void => {
    const record = machines.all.has(instanceId) ? undefined : inner.machines.get(instanceId);
    if (record !== undefined) machines.start(record, owner);
  };
  const fleet: RunnerFleet = {
    run: async (request) => {
      const answer = await inner.run(request);
      if (answer.kind === 'started') begin(answer.instanceId);
      return answer;
    },
    runGroup: async (request) => {
      const answer = await inner.runGroup(request);
      if (answer.kind === 'started')
        for (const [index, { instanceId }] of answer.machines)
          begin(instanceId, isOrderId(request.launchIds[0]) ? ownerOf(request.intent.clientToken, index) : undefined);
      return answer;
    },
    terminate: async (instanceIds) => {
      // EC2 may not know a machine here either while Describe does not show it.
      const known = instanceIds.filter((id) => scheduler.now() >= (machines.all.get(id)?.hiddenUntil ?? 0));
      for (const id of known) {
        const machine = machines.all.get(id);
        if (machine === undefined || !inner.machines.has(id)) continue;
        events.emit('machine.terminating', { machine });
        machines.end(machine);
      }
      return inner.terminate(known);
    },
    describe: async (instanceIds) => visible(await inner.describe(instanceIds)),
    findByToken: async (clientToken) => visible(await inner.findByToken(clientToken)),
    // Only what is tagged as this environment's is ever listed.
    list: async (installationId) =>
      visible(await inner.list(installationId)).filter((machine) => machine.tags[TAG.environment] === deps.environment),
  };
  const blanks: BlankMachines = {
    start: async (request) => {
      const answer = await deps.blanks.start(request);
      if (answer.kind !== 'started') return answer;
      for (const [index, { instanceId }] of answer.machines)
        begin(instanceId, ownerOf(request.intent.clientToken, index));
      return answer;
    },
    // A new one that Describe does not show yet is looked at again, and then no longer.
    dress: async (machine, owner) => {
      const hiddenUntil = machines.all.get(machine.instanceId)?.hiddenUntil ?? 0;
      const hidden = hiddenUntil - scheduler.now();
      if (hidden > 0 && machine.isNew === true)
        await new Promise<void>((resolve) => void scheduler.after(Math.min(hidden, LOOKS), resolve));
      return scheduler.now() < hiddenUntil ? 'unfit' : deps.blanks.dress(machine, owner);
    },
  };
  return { fleet, blanks };
}
