import type { Command } from 'commander';
import { searchAudit } from '../commands/audit';
import { paged, windowed } from '../options';
import type { Answering } from '../program-deps';
import { parseWindow } from '../read/window';

export function addAudit(program: Command, answer: Answering): void {
  const audit = program.command('audit').description('the audit trail: who changed what, and why');
  windowed(paged(audit.command('search').description('changes of a tenant, or of all of them, newest first')))
    .option('--tenant <tenant>', 'of this one')
    .option('--day <day>', 'of all tenants, as 2026-11-29 in UTC; today unless a tenant or --since is given')
    .action(({ tenant, day, limit, pageToken: cursor, since, until }) =>
      answer((fleet) =>
        searchAudit(
          {
            limit,
            ...parseWindow({ since, until }, fleet.clock.now()),
            ...(tenant !== undefined && { tenant }),
            ...(day !== undefined && { day }),
            ...(cursor !== undefined && { cursor }),
          },
          fleet,
        ),
      ),
    );
}
