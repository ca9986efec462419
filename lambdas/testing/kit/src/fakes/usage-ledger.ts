import {
  NO_USAGE,
  addUsage,
  dayOf,
  monthOf,
  usageOf,
  type MachineLife,
  type UsageBooks,
  type UsageLedger,
  type UsageSum,
} from '@multi-tenant-runner/core';

export interface InMemoryUsageLedger extends UsageLedger, UsageBooks {
  /** By tenant and launch. */
  readonly lives: Map<string, MachineLife>;
  /** By tenant, day or month, and size: kept beside the lives, as the table keeps them. */
  readonly sums: Map<string, UsageSum>;
}

export function createInMemoryUsageLedger(): InMemoryUsageLedger {
  const lives = new Map<string, MachineLife>();
  const sums = new Map<string, UsageSum>();
  const sumOf = (prefix: string): UsageSum =>
    [...sums].filter(([key]) => key.startsWith(prefix)).reduce((sum, [, own]) => addUsage(sum, own), NO_USAGE);
  return {
    lives,
    sums,
    record: async (life) => {
      const key = `${life.installationId}/${life.startedAt}#${life.launchId}`;
      const standing = lives.get(key);
      if (standing !== undefined) return standing;
      lives.set(key, structuredClone(life));
      for (const period of [dayOf(life.endedAt), monthOf(life.endedAt)]) {
        const sum = `${life.installationId}/${period}#${life.tier}`;
        sums.set(sum, addUsage(sums.get(sum) ?? NO_USAGE, usageOf(life)));
      }
      return life;
    },
    sumsOfMonth: async function* (month) {
      for (const [key, sum] of [...sums].sort()) {
        const [, installationId, period, tier] = /^(\d+)\/([^#]+)#(.*)$/.exec(key) ?? [];
        if (period === month) yield { installationId: Number(installationId), tier: String(tier), ...sum };
      }
    },
    livesOf: async function* (installationId, month) {
      for (const life of lives.values())
        if (life.installationId === installationId && monthOf(life.endedAt) === month) yield life;
    },
    sumsOf: async (installationId, { day, month }) => ({
      day: sumOf(`${installationId}/${day}#`),
      month: sumOf(`${installationId}/${month}#`),
    }),
  };
}
