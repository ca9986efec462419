import { CAP_ATTRIBUTES, type Caps } from '../model/usage-caps';
import type { Tenant } from '../model/tenant';
import type { EditDecision } from './decide-edit';

/** `null`: the tier's own again, if it has one. What is left out stays. */
export interface CapsRequest {
  readonly kind: 'set-caps';
  readonly caps: { readonly [K in keyof Caps]?: number | null | undefined };
}

const WORDS: Readonly<Record<keyof Caps, string>> = {
  minutesPerDay: 'minutes a day',
  minutesPerMonth: 'minutes a month',
  dollarsPerMonth: 'US dollars a month',
};
const NAMES: readonly (keyof Caps)[] = ['minutesPerDay', 'minutesPerMonth', 'dollarsPerMonth'];

/** What a tenant may use, as its own row says it: what it has used already counts. Pure. */
export function decideCaps({ orgName, status }: Tenant, { caps }: CapsRequest): EditDecision {
  const wanted = NAMES.flatMap((name) => {
    const cap = caps[name];
    return cap === undefined ? [] : [{ name, cap }];
  });
  const wrong = wanted.find(({ cap }) => cap !== null && !(Number.isFinite(cap) && cap >= 0));
  if (wrong !== undefined) return { kind: 'refuse', sentence: `A cap of ${WORDS[wrong.name]} is at least 0.` };
  if (wanted.length === 0) return { kind: 'refuse', sentence: `No cap is named, so ${orgName} keeps those it has.` };
  const set = Object.fromEntries(wanted.map(({ name, cap }) => [CAP_ATTRIBUTES[name], cap]));
  const said = wanted.map(({ name, cap }) => (cap === null ? `its tier's ${WORDS[name]}` : `${cap} ${WORDS[name]}`));
  return {
    kind: 'edit',
    edit: { expect: { status }, set },
    sentence: `${orgName} may use ${said.join(', ')}; what it has used already counts.`,
  };
}
