import { join } from 'node:path';
import type { Session } from '../github/scheduler/job-scheduler';
import type { MachineView } from '../control/views';
import type { Launcher, MachineFacts } from './launcher';
import { bootMachine, type Machine, type MachineJobs } from './machine';

const POLL_MS = 400;
const TENANT_TAG = 'ghr:tenant_id';

export interface MachinesOptions {
  readonly launcher: Launcher;
  readonly connect: (jitConfig: string) => Session | undefined;
  readonly jobs?: MachineJobs;
  readonly awsEndpoint: string;
  readonly stateDirectory: string;
  readonly path: string;
  readonly complain: (problem: string) => void;
  /** Whether a new machine of this tenant comes up at all. */
  readonly boots?: (tenantId: number | undefined) => boolean;
}

export interface Machines {
  readonly views: () => readonly MachineView[];
  readonly stop: () => Promise<void>;
}

/** What a look at AWS asks for: machines to boot, and machines whose plug is pulled. */
export function decideMachines(
  seen: readonly MachineFacts[],
  known: ReadonlySet<string>,
): { boot: readonly MachineFacts[]; end: readonly string[] } {
  const alive = new Set(seen.filter((one) => one.state === 'running').map((one) => one.instanceId));
  return {
    boot: seen.filter((one) => alive.has(one.instanceId) && !known.has(one.instanceId)),
    end: [...known].filter((id) => !alive.has(id)),
  };
}

/** Boots a stand-in for each machine that AWS says is running, and ends it when AWS says that it isn't any more. */
export function watchMachines(options: MachinesOptions): Machines {
  const known = new Map<string, Promise<Machine>>();
  const booted = new Map<string, Machine>();
  const states = new Map<string, MachineView>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let silenced = false;

  const boot = (facts: MachineFacts): void => {
    const { instanceId } = facts;
    if (options.boots?.(Number(facts.tags[TENANT_TAG])) === false)
      return void known.set(instanceId, Promise.resolve(dead(facts)));
    const machine = bootMachine({
      facts,
      launcher: options.launcher,
      connect: options.connect,
      ...(options.jobs && { jobs: options.jobs }),
      awsEndpoint: options.awsEndpoint,
      path: options.path,
      workDirectory: join(options.stateDirectory, 'machines', instanceId),
      logFile: join(options.stateDirectory, 'logs', 'machines', `${instanceId}.log`),
    });
    known.set(instanceId, machine);
    machine.then(
      (ready) => booted.set(instanceId, ready),
      (error: unknown) => options.complain(`Machine ${instanceId} did not boot: ${String(error)}`),
    );
  };
  const end = async (instanceId: string, why: string): Promise<void> => {
    const machine = await known.get(instanceId)?.catch(() => undefined);
    known.delete(instanceId);
    booted.delete(instanceId);
    await machine?.end(why);
  };
  const look = async (): Promise<void> => {
    const seen = await options.launcher.machines();
    if (stopped) return;
    for (const facts of seen) states.set(facts.instanceId, view(facts, options.stateDirectory));
    const decision = decideMachines(seen, new Set(known.keys()));
    decision.boot.forEach(boot);
    await Promise.all(decision.end.map((id) => end(id, 'AWS says that the machine is not running any more')));
  };
  const round = async (): Promise<void> => {
    try {
      await look();
      silenced = false;
    } catch (error) {
      // Said once per outage: the next look is due in no time.
      if (!silenced)
        options.complain(`No look at the machines: ${error instanceof Error ? error.message : String(error)}`);
      silenced = true;
    }
    if (!stopped) timer = setTimeout(() => void round(), POLL_MS);
  };
  void round();

  return {
    views: () =>
      [...states.values()].map((one) => ({ ...one, runner_name: booted.get(one.instance_id)?.runnerName() ?? null })),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await Promise.all([...known.keys()].map((id) => end(id, 'the sandbox ends')));
    },
  };
}

/** Started and billed, and nothing runs on it. */
function dead(facts: MachineFacts): Machine {
  return { facts, logFile: '', runnerName: () => undefined, end: () => Promise.resolve() };
}

function view(facts: MachineFacts, stateDirectory: string): MachineView {
  return {
    instance_id: facts.instanceId,
    tenant_id: facts.tags[TENANT_TAG] ?? null,
    state: facts.state,
    runner_name: null,
    log: join(stateDirectory, 'logs', 'machines', `${facts.instanceId}.log`),
  };
}
