import {
  recordInstance,
  runnerName,
  type Launch,
  type LeaseHolder,
  type MachineOfRow,
  type StartedMachine,
} from '@multi-tenant-runner/core';
import { RetryLater, type ScaleUpDeps } from './deps';

export type WithMachine = Launch & { readonly instanceId: string };

/** @throws RetryLater where the machine could not prove that it is the one of its call that the row names */
export function machineOfRow(
  launch: Launch,
  { instanceId, launchedAt, interfaceId }: StartedMachine,
  deps: Pick<ScaleUpDeps, 'environment' | 'clock'>,
): MachineOfRow {
  const isOfGroup = launch.intent?.group !== undefined;
  // Without it the machine could not claim; EC2 tells it later.
  if (isOfGroup && interfaceId === undefined) throw new RetryLater('EC2 did not name the interface of a machine');
  return {
    instanceId,
    runnerName: runnerName(deps.environment, instanceId),
    launchedAt: launchedAt ?? deps.clock.now().toISOString(),
    ...(isOfGroup && { interfaceId }),
  };
}

/** @throws RetryLater when the lease was lost */
export async function writeMachine(
  launch: Launch,
  machine: MachineOfRow,
  lease: LeaseHolder,
  deps: ScaleUpDeps,
): Promise<WithMachine> {
  const { instanceId } = machine;
  const written = await recordInstance(launch, machine, lease, deps);
  if (written.ok) return { ...written.row, instanceId };
  await endUnlessOpen(instanceId, written.row, deps);
  throw new RetryLater('The lease of the launch was lost while EC2 started the machine');
}

/** A machine that its row does not allow for would hold no slot. */
export async function endUnlessOpen(
  instanceId: string,
  row: Launch | undefined,
  { fleet }: Pick<ScaleUpDeps, 'fleet'>,
): Promise<void> {
  if (row === undefined || row.state === 'ended' || row.state === 'ending') await fleet.terminate([instanceId]);
}

/**
 * A machine that EC2 has just named, and its launch's row perhaps not yet: that takes no write of its own where the
 * configuration is there in a moment, and `running` says it too. A worker that dies before leaves what one leaves that
 * died before it wrote the machine's id: the machine is found by the intent's token.
 */
export interface MachineNote {
  /** What the row does not say yet. */
  unwritten(): MachineOfRow | undefined;
  /** Has the row name the machine now, for whatever else becomes of it. Answers the launch as its row is. */
  write(): Promise<WithMachine>;
}

export function createMachineNote({ launch, unwritten, lease }: NotedStart, deps: ScaleUpDeps): MachineNote {
  let left = unwritten;
  let row = launch;
  return {
    unwritten: () => left,
    write: async () => {
      if (left === undefined) return row;
      const machine = left;
      left = undefined;
      row = await writeMachine(launch, machine, lease, deps);
      return row;
    },
  };
}

interface NotedStart {
  /** With the machine, whether or not its row names it. */
  readonly launch: WithMachine;
  readonly unwritten?: MachineOfRow;
  readonly lease: LeaseHolder;
}
