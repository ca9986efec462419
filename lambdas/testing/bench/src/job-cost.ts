import type { StepCost } from './job-life';

/** Of all events that one function handles for a job. */
export interface FunctionCost {
  readonly function: string;
  readonly events: readonly string[];
  readonly aws: number;
  readonly gitHub: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

const sum = (steps: readonly StepCost[], of: (step: StepCost) => number): number =>
  steps.reduce((total, step) => total + of(step), 0);

function costOf(name: string, steps: readonly StepCost[]): FunctionCost {
  return {
    function: name,
    events: steps.map(({ event }) => event),
    aws: sum(steps, ({ aws }) => aws.length),
    gitHub: sum(steps, ({ gitHub }) => gitHub.length),
    readUnits: sum(steps, ({ readUnits }) => readUnits),
    writeUnits: sum(steps, ({ writeUnits }) => writeUnits),
  };
}

export function costsByFunction(steps: readonly StepCost[]): readonly FunctionCost[] {
  const names = [...new Set(steps.map((step) => step.function))];
  return names.map((name) =>
    costOf(
      name,
      steps.filter((step) => step.function === name),
    ),
  );
}

export const costOfAll = (steps: readonly StepCost[]): FunctionCost => costOf('together', steps);

/** The tables of docs/cost.md: what each function costs for one job, and how it grows with the tenant's machines. */
export function jobTables(lives: ReadonlyMap<number, readonly StepCost[]>): readonly string[] {
  const [first = []] = lives.values();
  const all = costOfAll(first);
  return [
    '| function | its events | calls of AWS | read units | write units |',
    '|---|---|---|---|---|',
    ...costsByFunction(first).map(
      (cost) =>
        `| ${cost.function} | ${cost.events.join(', ')} | ${cost.aws} | ${cost.readUnits} | ${cost.writeUnits} |`,
    ),
    `| **together** | | **${all.aws}** | **${all.readUnits}** | **${all.writeUnits}** |`,
    '',
    `| machines of the tenant | ${[...lives.keys()].map((machines) => machines.toLocaleString('en')).join(' | ')} |`,
    `|---|${'---|'.repeat(lives.size)}`,
    `| read units | ${[...lives.values()].map((steps) => costOfAll(steps).readUnits).join(' | ')} |`,
    `| write units | ${[...lives.values()].map((steps) => costOfAll(steps).writeUnits).join(' | ')} |`,
  ];
}
