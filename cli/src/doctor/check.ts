import type { Facts } from './facts';

type FactName = Exclude<keyof Facts, 'now'>;
type Known<F> = F extends { readonly known: true; readonly value: infer T } ? T : never;
type Values<N extends FactName> = { readonly [K in N]: Known<Facts[K]> } & { readonly now: Date };

/** `warning`: it works, and will not for long or not for everyone. `unknown`: a fact could not be found out. */
export type State = 'ok' | 'warning' | 'failing' | 'unknown';

export interface Finding {
  readonly check: string;
  readonly state: State;
  readonly says: string;
  /** What to do; absent where nothing is wrong. */
  readonly mend?: string;
}

/** What a check says of the facts that it asks for: `undefined` is nothing to find. */
export type Verdict =
  | { readonly state: 'warning' | 'failing'; readonly says: string; readonly mend: string }
  | undefined;

export interface Check {
  readonly name: string;
  run(facts: Facts): Finding;
}

interface Definition<N extends FactName> {
  readonly name: string;
  readonly needs: readonly N[];
  /** Said when there is nothing to find. */
  readonly fine: string;
  judge(values: Values<N>): Verdict;
}

/** A pure question about facts. One that could not be found out makes it `unknown`, with the reason. */
export function defineCheck<N extends FactName>({ name, needs, fine, judge }: Definition<N>): Check {
  return {
    name,
    run: (facts) => {
      const missing = needs.map((need) => facts[need]).find((fact) => !fact.known);
      if (missing !== undefined && !missing.known)
        return { check: name, state: 'unknown', says: `Not checked: ${missing.because}` };
      const values = Object.fromEntries(needs.map((need) => [need, valueOf(facts[need])]));
      const verdict = judge({ ...values, now: new Date(facts.now) } as unknown as Values<N>);
      return verdict === undefined ? { check: name, state: 'ok', says: fine } : { check: name, ...verdict };
    },
  };
}

function valueOf(fact: Facts[FactName]): unknown {
  return fact.known ? fact.value : undefined;
}

export const failing = (says: string, mend: string): Verdict => ({ state: 'failing', says, mend });
export const warning = (says: string, mend: string): Verdict => ({ state: 'warning', says, mend });

/** The first few of them, as words. */
export function some(names: readonly (string | number)[], most = 5): string {
  const rest = names.length - most;
  return `${names.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
