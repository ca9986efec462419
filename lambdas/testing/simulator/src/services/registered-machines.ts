import type { SimMachine } from '../scenario/model';

/** Machines by the registration that their runners came with: a configuration may have reached two. */
export interface RegisteredMachines {
  note(machine: SimMachine): void;
  of(runnerId: number): SimMachine[];
  forget(machine: SimMachine): void;
}

export function createRegisteredMachines(): RegisteredMachines {
  const byRunner = new Map<number, Set<SimMachine>>();
  return {
    note(machine) {
      const id = machine.registration?.id;
      if (id !== undefined) byRunner.set(id, (byRunner.get(id) ?? new Set()).add(machine));
    },
    of: (runnerId) => [...(byRunner.get(runnerId) ?? [])],
    forget(machine) {
      const id = machine.registration?.id;
      if (id === undefined) return;
      byRunner.get(id)?.delete(machine);
      if (byRunner.get(id)?.size === 0) byRunner.delete(id);
    },
  };
}
