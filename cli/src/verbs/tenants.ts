import { TENANT_STATUSES, type EditRequest } from '@multi-tenant-runner/core';
import { Argument, Option, type Command } from 'commander';
import { drainTenant, offboardTenant, type Waiting } from '../commands/offboarding';
import { showTenant } from '../commands/show-tenant';
import { offboardAll } from '../commands/offboard-all';
import { usage } from '../problem';
import { editTenant, listTenants, retryTenant } from '../commands/tenants';
import type { Fleet } from '../fleet';
import { inTime } from '../read/parse-time';
import { cap, change, changeOptions, paged, wholeNumber } from '../options';
import type { Answering, ProgramDeps } from '../program-deps';
import { addCallbacks } from './callbacks';

export function addTenants(program: Command, answer: Answering, { namespaces, defaultNamespaces }: ProgramDeps): void {
  const tenants = program.command('tenants').description('tenants: who may run jobs, and how many at once');
  paged(tenants.command('list').description('the tenants of one status'))
    .addOption(new Option('--status <status>', 'which').choices(TENANT_STATUSES).default('active'))
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
  const edits: readonly (readonly [EditRequest['kind'] & ('suspend' | 'resume' | 'approve'), string])[] = [
    ['approve', 'let a tenant in that waits for approval'],
    ['suspend', 'start no more of its jobs; running ones go on'],
    ['resume', "lift an operator's suspension"],
  ];
  for (const [kind, description] of edits)
    change(tenants.command(`${kind} <tenant>`).description(description)).action((tenant, options) =>
      answer((fleet) => editTenant(tenant, { kind }, changeOptions(options), fleet)),
    );
  waiting(tenants.command('drain <tenant>').description('suspend it, and say what still runs'), 'nothing runs').action(
    (tenant, { wait, ...options }) =>
      answer((fleet) => drainTenant(tenant, { ...changeOptions(options), ...untilOf(wait, fleet) }, fleet)),
  );
  waiting(
    tenants
      .command('offboard [tenant]')
      .description('end it for good; --dry-run is the plan, afterwards it is proved')
      .option('--all', 'every tenant, before the module is destroyed'),
    'nothing is left',
  ).action((tenant: string | undefined, { wait, all = false, ...options }) =>
    answer((fleet) => {
      if (all === (tenant !== undefined)) throw usage('Name a tenant, or give --all.');
      const given = { ...changeOptions(options), ...untilOf(wait, fleet) };
      return tenant === undefined ? offboardAll(given, fleet) : offboardTenant(tenant, given, fleet);
    }),
  );
  change(
    tenants.command('retry <tenant>').description('try at once what its circuits, or GitHub, hold back for later'),
  ).action((tenant, options) => answer((fleet) => retryTenant(tenant, changeOptions(options), fleet)));
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
  change(tenants.command('set-caps <tenant>').description('change what a tenant may use in a day and a month'))
    .option('--minutes-per-day <n>', "or none, for its tier's own", cap)
    .option('--minutes <n>', 'in a month', cap)
    .option('--spend <dollars>', 'in a month', cap)
    .action((tenant, options) =>
      answer((fleet) => {
        const { minutesPerDay, minutes: minutesPerMonth, spend: dollarsPerMonth } = options;
        const given = { minutesPerDay, minutesPerMonth, dollarsPerMonth };
        const caps = Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name, value === 'none' ? null : value]),
        );
        return editTenant(tenant, { kind: 'set-caps', caps }, changeOptions(options), fleet);
      }),
    );
  change(
    tenants
      .command('set-apps-from-repository')
      .argument('<tenant>')
      .addArgument(new Argument('<allowed>').choices(['on', 'off']))
      .description('let its repositories declare apps by their own .mtr/app.json, or no more of them'),
  ).action((tenant, allowed, options) =>
    answer((fleet) => {
      const request = { kind: 'set-apps-from-repository', allowed: allowed === 'on' } as const;
      return editTenant(tenant, request, changeOptions(options), fleet);
    }),
  );
  addCallbacks(tenants, answer);
}

function waiting(command: Command, what: string): Command {
  return change(command).option('--wait <time>', `until ${what}, so long at most: 30m`);
}

function untilOf(wait: string | undefined, { clock }: Fleet): Waiting {
  return wait === undefined ? {} : { until: inTime(wait, clock.now()) };
}
