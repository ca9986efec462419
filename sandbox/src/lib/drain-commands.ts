import { join } from 'node:path';

export const RUNBOOK = join('docs', 'operations.md');
const HEADING = 'Drain before a destroy';

/**
 * The runbook's own commands, for an installation of another name: the first offboards every tenant, the second prints
 * what is still there.
 *
 * @throws when the section no longer has just these two
 */
export function drainCommands(runbook: string, prefix: string): { readonly offboard: string; readonly look: string } {
  const section = runbook.split(`### ${HEADING}\n`)[1]?.split(/^##+ /m)[0] ?? '';
  const blocks = [...section.matchAll(/^ *```bash\n([\s\S]*?)^ *```$/gm)].map(([, block]) =>
    (block ?? '').replaceAll('my-saas', prefix),
  );
  const [offboard, look] = blocks;
  if (offboard === undefined || look === undefined || blocks.length !== 2)
    throw new Error(
      `${RUNBOOK} has ${blocks.length} commands under "${HEADING}"; two are expected: to offboard, and to look.`,
    );
  return { offboard, look };
}
