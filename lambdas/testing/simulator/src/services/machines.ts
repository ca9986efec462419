import { MINUTE, SECOND, TAG } from '@multi-tenant-runner/core';
import { instanceStateEvent, type InMemoryMachine } from '@multi-tenant-runner/testing';
import type { Scheduler } from '../engine/scheduler';
import type { SimulationBus } from './events';
import type { MachineCalls } from './machine-calls';
import { isAlive, works, type SimMachine } from '../scenario/model';
import type { Random } from '../engine/random';
import type { Trace } from '../engine/trace';
import type { FaultSettings } from '../scenario/fault-kinds';
import type { Region } from './region';
import { createRegisteredMachines } from './registered-machines';

/** The machines of EC2 and what runs on them. */
export interface Machines {
  readonly all: ReadonlyMap<string, SimMachine>;
  aliveOf(installationId: number): SimMachine[];
  readonly aliveCount: number;
  /** @param owner the launch that it is for, where its tags do not say so */
  start(record: InMemoryMachine, owner?: Pick<SimMachine, 'installationId' | 'launchId'>): void;
  /** EC2 ends it: by our call, by a spot interruption, or because it shut itself down. */
  end(machine: SimMachine): void;
}

export interface MachinesDeps {
  readonly events: SimulationBus;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faultKinds: FaultSettings;
  readonly trace: Trace;
  readonly calls: MachineCalls;
  readonly region: Region;
}

/**
 * EC2 takes a launch and ends its machine a moment later.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
 */
const EC2_ENDS = [
  'Client.InternalError',
  'Client.VolumeLimitExceeded',
  'Server.InternalError',
  'Server.InsufficientInstanceCapacity',
] as const;
const BOOT = { kind: 'boot', timings: { claim: 120 }, version: '2.336.0', age_days: 3 };
const POLL = 5 * SECOND;
const POLL_LIMIT = 5 * MINUTE;

export function createMachines(deps: MachinesDeps): Machines {
  const { events, scheduler, random, faultKinds, trace, calls, region } = deps;
  const all = new Map<string, SimMachine>();
  const alive = new Map<number, Set<SimMachine>>();
  const registered = createRegisteredMachines();
  let aliveCount = 0;

  const notify = (machine: SimMachine): void => {
    if (region.isDown || (faultKinds.has('event-loss') && random.chance(0.05))) return;
    const notification = instanceStateEvent(machine.record.instanceId, machine.record.state, scheduler.iso());
    const times = faultKinds.has('queue-duplicate') && random.chance(0.02) ? 2 : 1;
    for (let time = 0; time < times; time += 1)
      scheduler.after(
        faultKinds.has('lag') && random.chance(0.05) ? random.between(0, 2 * MINUTE) : random.between(300, 2_000),
        () => events.emit('machine.state-changed', { notification }),
      );
  };
  const change = (machine: SimMachine, state: InMemoryMachine['state']): void => {
    trace.note(
      scheduler.now(),
      `machine ${machine.record.instanceId} (${machine.launchId}) ${machine.record.state} -> ${state}`,
    );
    machine.staleState = machine.record.state;
    machine.staleUntil =
      scheduler.now() +
      (faultKinds.has('lag') ? random.pick([0, random.between(0, 10 * SECOND), random.between(0, MINUTE)]) : 0);
    machine.record.state = state;
    if (state === 'shutting-down') machine.record.endedAt ??= scheduler.iso();
  };
  const end = (machine: SimMachine): void => {
    if (machine.record.state === 'terminated') return;
    if (machine.record.state !== 'shutting-down') change(machine, 'shutting-down');
    if (machine.phase === 'over' && !alive.get(machine.installationId)?.has(machine)) return;
    machine.phase = 'over';
    alive.get(machine.installationId)?.delete(machine);
    aliveCount -= 1;
    events.emit('machine.lost', { machine });
    notify(machine);
    // No rule asks for this event.
    scheduler.after(random.between(10 * SECOND, MINUTE), () => change(machine, 'terminated'));
    // EC2 lists a terminated machine for about an hour.
    scheduler.after(60 * MINUTE, () => {
      all.delete(machine.record.instanceId);
      registered.forget(machine);
      events.emit('machine.forgotten', { instanceId: machine.record.instanceId });
    });
  };
  const endFor = (machine: SimMachine, reason: string): void => {
    if (!isAlive(machine)) return;
    machine.record.stateReason = reason;
    end(machine);
  };
  const shutDown = (machine: SimMachine, delay: number): void => {
    scheduler.after(delay, () => endFor(machine, 'Client.InstanceInitiatedShutdown'));
  };
  const stop = (machine: SimMachine): void => {
    if (!isAlive(machine)) return;
    change(machine, 'stopping');
    machine.phase = 'over';
    events.emit('machine.lost', { machine });
    scheduler.after(20 * SECOND, () => {
      if (!isAlive(machine)) return;
      change(machine, 'stopped');
      notify(machine);
    });
  };

  const poll = (machine: SimMachine, until: number): void => {
    if (!works(machine)) return;
    calls.claim(machine, (outcome) => {
      if (!works(machine)) return;
      if (outcome.kind === 'granted')
        return void scheduler.after(random.between(3 * SECOND, 10 * SECOND), () => connect(machine, outcome.jitConfig));
      if (outcome.kind === 'refused' || scheduler.now() >= until) return shutDown(machine, SECOND);
      scheduler.after(POLL, () => poll(machine, until));
    });
  };
  const connect = (machine: SimMachine, jitConfig: string): void => {
    if (!works(machine)) return;
    machine.phase = 'online';
    // It goes along with the job's start.
    scheduler.after(20 * SECOND, () => machine.phase === 'online' && works(machine) && calls.report(machine, [BOOT]));
    events.emit('runner.connecting', { machine, jitConfig });
    registered.note(machine);
  };
  const boot = (machine: SimMachine): void => {
    scheduler.after(random.between(8 * SECOND, 30 * SECOND), () => {
      if (machine.record.state === 'pending') change(machine, 'running');
    });
    if (faultKinds.has('no-boot') && random.chance(0.04))
      return random.chance(0.5) ? shutDown(machine, random.between(30 * SECOND, 4 * MINUTE)) : undefined;
    const slow = faultKinds.has('slow') && random.chance(0.03) ? random.between(2 * MINUTE, 12 * MINUTE) : 0;
    scheduler.after(random.between(30 * SECOND, 70 * SECOND) + slow, () => poll(machine, scheduler.now() + POLL_LIMIT));
  };

  events.on('runner.rejected', ({ machine }) => shutDown(machine, 2 * SECOND));
  events.on('runner.assigned', ({ machine, job }) => {
    machine.phase = 'busy';
    calls.report(machine, [BOOT, { kind: 'busy' }]);
    scheduler.after(job.plan.duration, () => {
      if (works(machine)) events.emit('job.ran', { job, conclusion: random.chance(0.9) ? 'success' : 'failure' });
    });
  });
  events.on('runner.finished', ({ machine }) => {
    if (!works(machine)) return;
    machine.phase = 'online';
    const hangs = faultKinds.has('hang') && random.chance(0.02);
    calls.report(machine, [{ kind: 'idle' }, ...(hangs ? [] : [{ kind: 'end', reason: 'job-done', timings: {} }])]);
    if (hangs) return;
    shutDown(machine, random.between(2 * SECOND, 15 * SECOND));
  });
  events.on('runner.deleted', ({ runnerId }) => {
    for (const machine of registered.of(runnerId).filter(works)) shutDown(machine, random.between(SECOND, 5 * SECOND));
  });

  return {
    all,
    end,
    get aliveCount() {
      return aliveCount;
    },
    aliveOf: (installationId) => [...(alive.get(installationId) ?? [])],
    start(record, owner) {
      const now = scheduler.now();
      const lags = () => [0, random.between(0, 10 * SECOND), random.between(0, 3 * MINUTE)];
      const lag = faultKinds.has('lag') ? random.pick(lags()) : 0;
      const machine: SimMachine = {
        record,
        installationId: owner?.installationId ?? Number(record.tags[TAG.tenantId]),
        launchId: owner?.launchId ?? record.request.launchId,
        startedAt: now,
        phase: 'booting',
        hiddenUntil: now + lag,
        staleUntil: 0,
        staleState: 'pending',
      };
      all.set(record.instanceId, machine);
      alive.set(machine.installationId, (alive.get(machine.installationId) ?? new Set()).add(machine));
      aliveCount += 1;
      trace.note(now, `machine ${record.instanceId} (${machine.launchId}) started for ${machine.installationId}`);
      boot(machine);
      if (faultKinds.has('death') && random.chance(0.05)) {
        const stops = random.chance(0.15);
        scheduler.after(random.between(0, 15 * MINUTE), () =>
          stops ? stop(machine) : endFor(machine, 'Server.SpotInstanceTermination'),
        );
      }
      if (faultKinds.has('ec2-ends') && random.chance(0.06))
        scheduler.after(random.between(2 * SECOND, 40 * SECOND), () => endFor(machine, random.pick(EC2_ENDS)));
      events.emit('machine.started', { machine });
    },
  };
}
