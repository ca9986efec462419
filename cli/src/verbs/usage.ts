import { Option, type Command } from 'commander';
import { exportFocus, reconcileUsage, reportUsage, showStats } from '../commands/usage';
import { FORMATS } from '../output/render';
import type { Answering, ProgramDeps } from '../program';
import { parseMonth } from '../read/parse-month';

/** What tenants have used, against the bill, and how long their jobs waited. */
export function addUsage(program: Command, answer: Answering, { namespaces }: ProgramDeps): void {
  const usage = program.command('usage').description('what tenants have used, and what it cost');
  ofMonth(usage.command('report', { isDefault: true }).description('minutes and dollars of a month'))
    .addOption(new Option('--by <what>', 'each line').choices(['tenant', 'repository', 'size']).default('tenant'))
    .option('--tenant <tenant>', 'only this one')
    .action(({ month, by, tenant }) =>
      answer((fleet) => {
        const filter = { month: parseMonth(month, fleet.clock.now()), ...(tenant !== undefined && { tenant }) };
        return program.opts<{ output: string }>().output === FOCUS
          ? exportFocus(filter, fleet)
          : reportUsage({ ...filter, by }, fleet);
      }),
    );
  ofMonth(
    usage.command('reconcile <file>').description("compare with an export of AWS's bill, CUR 2.0 or FOCUS as CSV"),
  ).action((file, { month }) =>
    answer((fleet) => reconcileUsage(namespaces.files.read(file), parseMonth(month, fleet.clock.now()), fleet)),
  );
  program
    .command('stats <tenant>')
    .description('how long jobs waited, and how long their machines took, by size')
    .option('--limit <n>', 'of so many of the newest jobs', Number, 1_000)
    .action((tenant, { limit }) => answer((fleet) => showStats(tenant, limit, fleet)));
}

const FOCUS = FORMATS[3];

function ofMonth(command: Command): Command {
  return command.option('--month <month>', 'such as 2026-01, in UTC; default: the present one');
}
