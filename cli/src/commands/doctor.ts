import type { Answer, Row } from '../answer';
import type { Finding } from '../doctor/check';
import { runChecks } from '../doctor/run-checks';
import type { Fleet } from '../fleet';
import type { Files } from '../local-files';

export interface DoctorOptions {
  /** Where a zip for a bug report goes. */
  readonly bundle?: string;
  /** Also what is fine. */
  readonly all: boolean;
}

/** Looks at everything that the installation stands on, and says what is wrong and what to do. Changes nothing. */
export async function runDoctor({ bundle: path, all }: DoctorOptions, files: Files, fleet: Fleet): Promise<Answer> {
  const facts = await fleet.facts();
  const findings = runChecks(facts);
  if (path !== undefined) {
    // What zips is loaded with it alone: it would be a tenth of each start of mtr.
    const { bundle } = await import('../doctor/bundle');
    files.write(path, bundle(findings, facts));
  }
  const count = (state: Finding['state']): number => findings.filter((one) => one.state === state).length;
  const found = count('failing') + count('warning');
  return {
    kind: 'rows',
    columns: ['check', 'state', 'says', 'mend'],
    rows: findings.filter(({ state }) => all || state !== 'ok').map(rowOf),
    none: `All ${findings.length} checks are fine.`,
    ...(found > 0 && {
      problem: `${found} of ${findings.length} checks found something (${count('failing')} failing).`,
    }),
  };
}

const rowOf = ({ check, state, says, mend }: Finding): Row => ({ check, state, says, mend });
