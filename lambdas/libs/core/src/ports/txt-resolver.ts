import type { TxtAnswer } from '../decisions/app-hosts';

/** DNS, asked for TXT records: aliases are followed, and the parts of a long value are one. It never throws. */
export interface TxtResolver {
  txt(name: string): Promise<TxtAnswer>;
}
