/** What a function's process was seen to take; milliseconds and MB. */
export interface Measured {
  readonly name: string;
  readonly event: string;
  /** Of a processor, from the start of Node to the loaded bundle. */
  readonly loadCpu: number;
  /** The same of the first event, which makes connections and reads secrets. */
  readonly firstCpu: number;
  /** The same of a later one. */
  readonly warmCpu: number;
  /** What a later event waits for others. */
  readonly warmWait: number;
  readonly rss: number;
}

export interface AtMemory {
  readonly memory: number;
  /** Milliseconds from an event to its answer, in a container that is there. */
  readonly warm: number;
  /** The same with the start of a container, without Lambda's own part of it. */
  readonly cold: number;
  /** Of a million warm events. */
  readonly dollars: number;
}

export const MEMORIES = [128, 256, 512, 768, 1_024] as const;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: so many MB are one processor. */
const ONE_PROCESSOR = 1_769;
/** https://aws.amazon.com/lambda/pricing/: arm64, us-east-1, as docs/cost.md has them. */
const GB_SECOND = 0.000_013_333_4;
const MILLION_CALLS = 0.2;

/** A function has one thread that works: more than one processor makes it no faster. */
export function atMemory(measured: Measured, memory: number): AtMemory {
  const slower = Math.max(1, ONE_PROCESSOR / memory);
  const warm = measured.warmCpu * slower + measured.warmWait;
  const cold = (measured.loadCpu + measured.firstCpu) * slower + measured.warmWait;
  const seconds = Math.ceil(warm) / 1_000;
  return { memory, warm, cold, dollars: (memory / 1_024) * seconds * GB_SECOND * 1e6 + MILLION_CALLS };
}

/** Of what a container has, the rest is for garbage and larger events. */
const FULL = 0.6;
/** The module takes no less: with less V8 collects garbage most of the time. */
const LEAST = 256;

/** Milliseconds of its own, beside its waits: of a warm event, and of one with the start of a container. */
interface Limits {
  readonly least: number;
  readonly warm: number;
  readonly cold: number;
}

/** A job, a machine or a person waits for the answer. GitHub gives ten seconds, and Lambda needs some of its own. */
const AWAITED: Limits = { least: LEAST, warm: 150, cold: 1_500 };
/**
 * What a container gets through in its time is counted with so much of a processor, in docs/limits.md and scale.md. Or
 * it holds a deployment's source, of up to 50 MB by default, with copies of it, on its way from GitHub to S3.
 */
const LOADED: Limits = { least: 512, warm: 1_000, cold: 4_000 };
const OTHER: Limits = { least: LEAST, warm: 1_000, cold: 4_000 };

const LIMITS: Readonly<Record<string, Limits>> = {
  webhook: AWAITED,
  'scale-up': AWAITED,
  machine: AWAITED,
  api: AWAITED,
  'scale-down': LOADED,
  recovery: LOADED,
  deployer: LOADED,
};

/**
 * The least memory in which the function fits and is quick enough. The price grows with each step, as what it waits for
 * is paid by the memory too: more is bought only where someone waits, or where much is to be done in a given time.
 */
export function chooseMemory(measured: Measured): number {
  const { least, warm, cold } = LIMITS[measured.name] ?? OTHER;
  const fit = MEMORIES.filter((memory) => memory >= least).find((memory) => {
    const at = atMemory(measured, memory);
    const own = (all: number): number => all - measured.warmWait;
    return measured.rss <= FULL * memory && own(at.warm) <= warm && own(at.cold) <= cold;
  });
  return fit ?? Math.max(...MEMORIES);
}

/** As docs/performance.md has it. */
export function memoryTable(all: readonly Measured[]): readonly string[] {
  const heads = MEMORIES.map((memory) => `${memory.toLocaleString('en')} MB`);
  return [
    `| function, event | most memory | ${heads.join(' | ')} | default |`,
    `|---|---|${heads.map(() => '---|').join('')}---|`,
    ...all.map((one) => {
      const cells = MEMORIES.map((memory) => {
        const { warm, cold, dollars } = atMemory(one, memory);
        return `${Math.ceil(warm)} / ${Math.ceil(cold)} ms, $${dollars.toFixed(2)}`;
      });
      return `| ${one.name}, ${one.event} | ${one.rss.toFixed(0)} MB | ${cells.join(' | ')} | ${chooseMemory(one)} |`;
    }),
  ];
}
