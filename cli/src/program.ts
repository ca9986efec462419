import type { EditRequest } from '@multi-tenant-runner/core';
import { Command, Option } from 'commander';
import type { Answer } from './answer';
import { searchAudit } from './commands/audit';
import type { NamespaceDeps } from './commands/namespaces';
import { listDeadLetters, redrive, setLaunches } from './commands/operations';
import { editTenant, listTenants, showTenant } from './commands/tenants';
import type { Fleet } from './fleet';
import type { Target } from './connect';
import { change, changeOptions, paged, wholeNumber } from './options';
import { FORMATS, decideFormat, render, type Format } from './output/render';
import { usage } from './problem';
import { addJobs } from './verbs/jobs';
import { addNamespaces } from './verbs/namespaces';
import { addRunners } from './verbs/runners';
import { addUsage } from './verbs/usage';

export interface ProgramDeps {
  readonly connect: (target: Target) => Promise<Fleet>;
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly namespaces: NamespaceDeps;
  /** MTR_PREFIX, for who operates one installation. */
  readonly defaultPrefix?: string;
  /** MTR_NAMESPACES, the settings of the tenants' namespaces. */
  readonly defaultNamespaces?: string;
}

interface CommonOptions {
  readonly prefix?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly output: Format | 'auto';
}

type Run = (fleet: Fleet) => Promise<Answer>;

/** The whole command line; nothing here decides anything about a fleet. */
export function createProgram(deps: ProgramDeps): Command {
  const program = new Command('mtr')
    .description('Operates a fleet of GitHub Actions runners for many tenants.')
    .option('--prefix <name>', "the module's name_prefix; also MTR_PREFIX")
    .option('--region <name>', 'the AWS Region; else as the AWS CLI finds it')
    .option('--profile <name>', 'the AWS profile; else as the AWS CLI finds it')
    .addOption(new Option('--output <format>', 'how answers look').choices(['auto', ...FORMATS]).default('auto'))
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true });

  const print = (found: Answer): void =>
    deps.write(render(found, decideFormat(program.opts<CommonOptions>().output, deps.isTerminal)));
  const answer = async (run: Run): Promise<void> => {
    const { prefix = deps.defaultPrefix, region, profile } = program.opts<CommonOptions>();
    if (prefix === undefined || prefix === '')
      throw usage("Which fleet? Give --prefix, the module's name_prefix, or set MTR_PREFIX.");
    const fleet = await deps.connect({
      prefix,
      ...(region !== undefined && { region }),
      ...(profile !== undefined && { profile }),
    });
    print(await run(fleet));
  };

  addTenants(program, answer, deps);
  addJobs(program, answer);
  addRunners(program, answer);
  addOperations(program, answer);
  addUsage(program, answer, deps);
  addNamespaces(program, { answer, print }, deps);
  addAudit(program, answer);
  return program;
}

export type Answering = (run: Run) => Promise<void>;

function addTenants(program: Command, answer: Answering, { namespaces, defaultNamespaces }: ProgramDeps): void {
  const tenants = program.command('tenants').description('tenants: who may run jobs, and how many at once');
  paged(tenants.command('list').description('the tenants of one status'))
    .addOption(new Option('--status <status>', 'which').choices(['active', 'suspended', 'deleted']).default('active'))
    .action(({ status, limit, pageToken: cursor }) =>
      answer((fleet) => listTenants({ status, limit, ...(cursor !== undefined && { cursor }) }, fleet)),
    );
  tenants
    .command('show <tenant>')
    .description("a tenant's row, by installation id or login")
    .option('--namespaces <file>', "the settings of the tenants' namespaces; also MTR_NAMESPACES", defaultNamespaces)
    .action((tenant, { namespaces: settings }) =>
      answer((fleet) => showTenant(tenant, { settings, files: namespaces.files }, fleet)),
    );
  const edits: readonly (readonly [EditRequest['kind'] & ('suspend' | 'resume' | 'approve' | 'offboard'), string])[] = [
    ['approve', 'let a tenant in that waits for approval'],
    ['suspend', 'start no more of its jobs; running ones go on'],
    ['resume', "lift an operator's suspension"],
    ['offboard', 'end the tenant for good: its machines, configurations and groups go'],
  ];
  for (const [kind, description] of edits)
    change(tenants.command(`${kind} <tenant>`).description(description)).action((tenant, options) =>
      answer((fleet) => editTenant(tenant, { kind }, changeOptions(options), fleet)),
    );
  change(tenants.command('set-tier <tenant> <tier>').description("change a tenant's tier, and its limit with it"))
    .option('--max-runners <n>', "its limit, if not the tier's own", wholeNumber)
    .action((tenant, tier, options) =>
      answer((fleet) => {
        const { maxRunners } = options;
        const request = { kind: 'set-tier', tier, ...(maxRunners !== undefined && { maxRunners }) } as const;
        return editTenant(tenant, request, changeOptions(options), fleet);
      }),
    );
  change(
    tenants
      .command('set-limit')
      .argument('<tenant>')
      .argument('<runners>', 'at once, over all sizes', wholeNumber)
      .description("change a tenant's limit; a lower one ends nothing"),
  ).action((tenant, maxRunners, options) =>
    answer((fleet) => editTenant(tenant, { kind: 'set-limit', maxRunners }, changeOptions(options), fleet)),
  );
}

function addOperations(program: Command, answer: Answering): void {
  change(
    program.command('redrive [queue]').description('dead letters: list them, or move those of a queue back'),
  ).action((queue: string | undefined, options) =>
    answer((fleet) => (queue === undefined ? listDeadLetters(fleet) : redrive(queue, changeOptions(options), fleet))),
  );
  change(program.command('freeze').description('stop all launches of all tenants')).action((options) =>
    answer((fleet) => setLaunches(false, changeOptions(options), fleet)),
  );
  change(program.command('unfreeze').description('let launches go on')).action((options) =>
    answer((fleet) => setLaunches(true, changeOptions(options), fleet)),
  );
}

function addAudit(program: Command, answer: Answering): void {
  const audit = program.command('audit').description('the audit trail: who changed what, and why');
  paged(audit.command('search').description('changes of a tenant or of a day, newest first'))
    .option('--tenant <tenant>', 'of this one')
    .option('--day <day>', 'of all tenants, as 2026-11-29 in UTC; today unless a tenant is given')
    .action(({ tenant, day, limit, pageToken: cursor }) =>
      answer((fleet) =>
        searchAudit(
          {
            limit,
            ...(tenant !== undefined && { tenant }),
            ...(day !== undefined && { day }),
            ...(cursor !== undefined && { cursor }),
          },
          fleet,
        ),
      ),
    );
}
