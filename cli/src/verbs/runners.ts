import type { Command } from 'commander';
import { killRunner } from '../commands/kill-runner';
import { showLimits } from '../commands/limits';
import { linkRunner, showConsole } from '../commands/logs';
import { listRunners, showRunner } from '../commands/runners';
import { change, changeOptions } from '../options';
import type { Answering } from '../program-deps';
import type { RunnerRef } from '../read/find-launch';

export function addRunners(program: Command, answer: Answering): void {
  const runners = program.command('runners').description('runners: the machines of a tenant');
  runners
    .command('list <tenant>')
    .description('those that are not over')
    .action((tenant) => answer((fleet) => listRunners(tenant, fleet)));
  ofTenant(runners.command('show <runner>').description('one, by its instance id or its launch')).action(
    (runner, options) => answer((fleet) => showRunner(refOf(runner, options), fleet)),
  );
  change(ofTenant(runners.command('kill <runner>').description('end its machine, and say what proves that it is gone')))
    .option('--force', 'also with the job that it runs')
    .option('--no-wait', 'only ask for it')
    .action((runner, options) =>
      answer((fleet) => {
        const { force = false, wait } = options;
        return killRunner(refOf(runner, options), { ...changeOptions(options), force, wait }, fleet);
      }),
    );
  ofTenant(runners.command('logs <runner>').description('where to read what happened, at GitHub and in AWS')).action(
    (runner, options) => answer((fleet) => linkRunner(refOf(runner, options), fleet)),
  );
  ofTenant(runners.command('console <runner>').description('what its machine wrote to its console')).action(
    (runner, options) => answer((fleet) => showConsole(refOf(runner, options), fleet)),
  );
  program
    .command('limits <tenant>')
    .description('what is left of each limit, and when it refills')
    .action((tenant) => answer((fleet) => showLimits(tenant, fleet)));
}

function ofTenant(command: Command): Command {
  return command.option('--tenant <tenant>', 'not needed with an instance id');
}

function refOf(runner: string, { tenant }: { readonly tenant?: string }): RunnerRef {
  return { runner, ...(tenant !== undefined && { tenant }) };
}
