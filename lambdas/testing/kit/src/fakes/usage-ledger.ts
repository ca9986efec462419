import {
  NO_USAGE,
  addUsage,
  dayOf,
  monthOf,
  usageOf,
  usageOfCorrection,
  type LifeKey,
  type MachineLife,
  type TenantSum,
  type UsageBooks,
  type UsageCorrection,
  type UsageCorrections,
  type UsageLedger,
  type UsageSum,
} from '@multi-tenant-runner/core';
import { copyOf } from './copy-of';

export interface InMemoryUsageLedger extends UsageLedger, UsageBooks {
  /** By tenant and launch. */
  readonly lives: Map<string, MachineLife>;
  /** By tenant, day and size: kept beside the lives, as the table keeps them. */
  readonly sums: Map<string, UsageSum>;
  readonly corrections: UsageCorrections;
  /** The ledger's part of a release. */
  record(life: MachineLife): void;
  /** What stands there of the same machine. */
  standing(life: MachineLife): MachineLife | undefined;
}

interface DayRow {
  readonly installationId: number;
  readonly day: string;
  readonly tier: string;
  readonly sum: UsageSum;
}

type Ended = Pick<MachineLife, 'installationId' | 'tier' | 'endedAt'>;
const keyOf = ({ installationId, startedAt, launchId }: LifeKey): string =>
  `${installationId}/${startedAt}#${launchId}`;

function correctionsIn(
  lives: ReadonlyMap<string, MachineLife>,
  add: (machine: Ended, added: UsageSum) => void,
): UsageCorrections {
  const rows: UsageCorrection[] = [];
  const of = (key: LifeKey) => rows.filter((row) => keyOf(row) === keyOf(key));
  return {
    find: async (key) => {
      const life = lives.get(keyOf(key));
      return life && structuredClone({ life, corrections: of(key) });
    },
    ofMonth: async function* (installationId, month) {
      for (const row of rows)
        if (row.installationId === installationId && monthOf(row.endedAt) === month) yield structuredClone(row);
    },
    record: async (correction) => {
      const { installationId, id, number } = correction;
      const known = rows.find((row) => row.installationId === installationId && row.id === id);
      if (known !== undefined) return { kind: 'known', correction: structuredClone(known) };
      if (of(correction).some((row) => row.number === number)) return { kind: 'overtaken' };
      rows.push(structuredClone(correction));
      add(correction, usageOfCorrection(correction));
      return { kind: 'recorded' };
    },
  };
}

export function createInMemoryUsageLedger(): InMemoryUsageLedger {
  const lives = new Map<string, MachineLife>();
  const sums = new Map<string, UsageSum>();
  const sumOf = (prefix: string): UsageSum =>
    [...sums].filter(([key]) => key.startsWith(prefix)).reduce((sum, [, own]) => addUsage(sum, own), NO_USAGE);
  const rows = (): DayRow[] =>
    [...sums].sort().map(([key, sum]) => {
      const [, installationId, day, tier] = /^(\d+)\/([^#]+)#(.*)$/.exec(key) ?? [];
      return { installationId: Number(installationId), day: String(day), tier: String(tier), sum };
    });
  const ofMonth = (month: string): TenantSum[] => {
    const found = new Map<string, TenantSum>();
    for (const { installationId, day, tier, sum } of rows()) {
      if (!day.startsWith(month)) continue;
      const key = `${installationId}/${tier}`;
      found.set(key, { installationId, tier, ...addUsage(found.get(key) ?? NO_USAGE, sum) });
    }
    return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum);
  };
  const add = ({ installationId, tier, endedAt }: Ended, added: UsageSum): void => {
    const sum = `${installationId}/${dayOf(endedAt)}#${tier}`;
    sums.set(sum, addUsage(sums.get(sum) ?? NO_USAGE, added));
  };
  return {
    lives,
    sums,
    corrections: correctionsIn(lives, add),
    standing: (life) => lives.get(keyOf(life)),
    record: (life) => {
      lives.set(keyOf(life), copyOf(life));
      add(life, usageOf(life));
    },
    sumsOfMonth: async function* (month) {
      yield* ofMonth(month);
    },
    pageOfMonth: async (month, { limit, after }) => {
      const all = ofMonth(month);
      const seen = all.findIndex((sum) => sum.installationId === after?.installationId && sum.tier === after.tier);
      const page = all.slice(seen + 1, seen + 1 + limit);
      const last = page.length === limit ? page.at(-1) : undefined;
      return { sums: page, ...(last && { next: { installationId: last.installationId, tier: last.tier } }) };
    },
    daysOf: async function* (installationId, month) {
      for (const { day, tier, sum, ...row } of rows())
        if (row.installationId === installationId && day.startsWith(month)) yield { day, tier, ...sum };
    },
    livesOf: async function* (installationId, month) {
      for (const life of lives.values())
        if (life.installationId === installationId && monthOf(life.endedAt) === month) yield life;
    },
    machinesOf: async (installationId) =>
      [...lives.values()].filter((life) => life.installationId === installationId).length,
    sumsOf: async (installationId, { day, month }) => ({
      day: sumOf(`${installationId}/${day}#`),
      month: sumOf(`${installationId}/${month}-`),
    }),
  };
}
