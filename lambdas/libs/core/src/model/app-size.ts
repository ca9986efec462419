/** Of each task. `cpu` in 1024ths of a vCPU, `memory` in MiB; `count` tasks. */
export interface AppSize {
  readonly cpu: number;
  readonly memory: number;
  readonly count: number;
}

const GIB = 1_024;
const gib = (from: number, to: number, step = 1): readonly number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => (from + index * step) * GIB);

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
const FARGATE_SIZES: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, GIB, 2 * GIB]],
  [512, gib(1, 4)],
  [1_024, gib(2, 8)],
  [2_048, gib(4, 16)],
  [4_096, gib(8, 30)],
  [8_192, gib(16, 60, 4)],
  [16_384, gib(32, 120, 8)],
]);

/** What is wrong with a size, each problem in a sentence; none: Fargate has it. */
export function problemsOfSize({ cpu, memory, count }: AppSize): readonly string[] {
  const memories = FARGATE_SIZES.get(cpu);
  return [
    ...(memories === undefined ? [`cpu is not one of ${[...FARGATE_SIZES.keys()].join(', ')}`] : []),
    ...(memories !== undefined && !memories.includes(memory)
      ? [`memory is not one of ${memories.join(', ')}, which Fargate has for cpu ${cpu}`]
      : []),
    ...(Number.isSafeInteger(count) && count >= 0 ? [] : ['count is not an integer of at least 0']),
  ];
}
