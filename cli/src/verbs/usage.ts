import { Option, type Command } from 'commander';
import { correctOneUsage } from '../commands/correct-usage';
import { exportFocus, reconcileUsage, reportUsage, showStats } from '../commands/usage';
import { change, changeOptions, dollars, positiveNumber, wholeNumber } from '../options';
import { FORMATS } from '../output/render';
import type { Answering, ProgramDeps } from '../program-deps';
import { parseMonth } from '../read/parse-month';
import { readFile } from '../read/read-file';

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
    answer((fleet) => reconcileUsage(readFile(file, namespaces.files), parseMonth(month, fleet.clock.now()), fleet)),
  );
  change(
    ofMonth(usage.command('correct <launch>').description("says what a machine's row in the ledger should be"))
      .requiredOption('--tenant <tenant>', 'whose machine')
      .option('--seconds <n>', 'what they should be', wholeNumber)
      .option('--usd <dollars>', "what they should be; else what the machine's price says of its seconds", dollars)
      .option('--id <id>', 'yours, such as of a ticket: it counts once'),
  ).action((launch, { month: inMonth, tenant, seconds, usd, id, ...options }) =>
    answer((fleet) => {
      const month = parseMonth(inMonth, fleet.clock.now());
      const given = {
        ...(id !== undefined && { id }),
        ...(seconds !== undefined && { seconds }),
        ...(usd !== undefined && { dollars: usd }),
      };
      return correctOneUsage({ launch, tenant, month, ...given }, changeOptions(options), fleet);
    }),
  );
  program
    .command('stats <tenant>')
    .description('how long jobs waited, and how long their machines took, by size')
    .option('--limit <n>', 'of so many of the newest jobs', positiveNumber, 1_000)
    .action((tenant, { limit }) => answer((fleet) => showStats(tenant, limit, fleet)));
}

const FOCUS = FORMATS[3];

function ofMonth(command: Command): Command {
  return command.option('--month <month>', 'such as 2026-01, in UTC; default: the present one');
}
