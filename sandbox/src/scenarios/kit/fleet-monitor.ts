/** A machine as DescribeInstances shows it. */
export interface ObservedMachine {
  readonly id: string;
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Of its first network interface. */
  readonly groups: readonly string[];
}

/** States in which a machine holds its tenant's slot; one that shuts down has released it. */
const COUNTED = new Set(['pending', 'running', 'stopping', 'stopped']);
export const REQUIRED_TAGS = ['ghr:tenant_id', 'ghr:tenant_tier', 'ghr:environment', 'ghr:runner_tier'] as const;

export interface FleetMonitor {
  readonly sample: (machines: readonly ObservedMachine[]) => void;
  readonly setLimit: (tenantId: number, limit: number) => void;
  readonly peak: (tenantId: number) => number;
  readonly running: (tenantId: number) => number;
  readonly machinesOf: (tenantId: number) => readonly string[];
  /** A machine's tags in its last sample. */
  readonly tagsOf: (machineId: string) => Readonly<Record<string, string>> | undefined;
  /** A machine's security groups, as long as it had not ended. */
  readonly groupsOf: (machineId: string) => readonly string[];
  readonly samples: () => number;
  /** Broken limits and missing tags. */
  readonly violations: () => readonly string[];
}

/** Of a shared call or of a pool: it is given to a tenant later, or ended. */
const isNobodys = ({ tags }: ObservedMachine): boolean =>
  tags['ghr:blank_id'] !== undefined && tags['ghr:tenant_id'] === undefined;

/** Counts each tenant's machines in every sample, and keeps the peak. */
export function createFleetMonitor(): FleetMonitor {
  const limits = new Map<number, number>();
  const peaks = new Map<number, number>();
  const now = new Map<number, number>();
  const machines = new Map<string, ObservedMachine>();
  const groups = new Map<string, readonly string[]>();
  const violations = new Set<string>();
  let samples = 0;
  return {
    sample: (seen) => {
      samples += 1;
      now.clear();
      for (const machine of seen) {
        const tenantId = Number(machine.tags['ghr:tenant_id']);
        machines.set(machine.id, machine);
        if (COUNTED.has(machine.state)) groups.set(machine.id, machine.groups);
        if (isNobodys(machine)) continue;
        for (const tag of REQUIRED_TAGS) if (!machine.tags[tag]) violations.add(`${machine.id} has no tag ${tag}`);
        if (COUNTED.has(machine.state)) now.set(tenantId, (now.get(tenantId) ?? 0) + 1);
      }
      for (const [tenantId, count] of now) {
        peaks.set(tenantId, Math.max(peaks.get(tenantId) ?? 0, count));
        const limit = limits.get(tenantId) ?? 0;
        if (count > limit) violations.add(`tenant ${tenantId} had ${count} machines, its limit is ${limit}`);
      }
    },
    setLimit: (tenantId, limit) => void limits.set(tenantId, limit),
    peak: (tenantId) => peaks.get(tenantId) ?? 0,
    running: (tenantId) => now.get(tenantId) ?? 0,
    machinesOf: (tenantId) =>
      [...machines.values()].filter((one) => Number(one.tags['ghr:tenant_id']) === tenantId).map((one) => one.id),
    tagsOf: (machineId) => machines.get(machineId)?.tags,
    groupsOf: (machineId) => groups.get(machineId) ?? [],
    samples: () => samples,
    violations: () => [...violations],
  };
}
