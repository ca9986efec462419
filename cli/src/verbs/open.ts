import type { Command } from 'commander';
import { linkTo } from '../commands/open';
import { portNumber } from '../options';
import type { Answering, ProgramDeps } from '../program-deps';

export interface Opening extends Pick<ProgramDeps, 'openApi' | 'servePage' | 'write' | 'defaultApi'> {
  readonly answer: Answering;
  readonly target: () => Parameters<ProgramDeps['openApi']>[0];
}

/** The page: for the operator on the loopback address, for a tenant by a link. */
export function addOpen(program: Command, { answer, target, openApi, servePage, write, defaultApi }: Opening): void {
  program
    .command('open')
    .description('the page: of the whole fleet on this machine, or a link to that of a tenant')
    .option('--tenant <tenant>', 'make a link that shows this tenant its own for 15 minutes')
    .option('--reason <text>', 'why the link is made: kept in the audit trail', 'to show the tenant its page')
    .option('--port <n>', 'of the loopback address; else a free one', portNumber)
    .option(
      '--api <address>',
      "the operators' API up to /v1, where it has a name of your own; also MTR_API",
      defaultApi,
    )
    .action(async ({ tenant, reason, port, api: address }) => {
      const api = await openApi(target(), address);
      if (tenant !== undefined) return answer((fleet) => linkTo({ tenant, reason }, fleet, api));
      const { url } = await servePage(api, port);
      write(`${url}\n`);
    });
}
