import type { Command } from 'commander';
import { changeOneJob } from '../commands/change-job';
import { explainOneJob, listJobs, listWaiting, showJob } from '../commands/jobs';
import { linkJob } from '../commands/logs';
import { tailJobs } from '../commands/tail';
import { listAllWaiting } from '../commands/waiting';
import { change, changeOptions, limited, paged, windowed } from '../options';
import type { Answers } from '../program-deps';
import type { JobRef } from '../read/find-job';
import { inTime } from '../read/parse-time';
import { parseWindow } from '../read/window';

export function addJobs(program: Command, { answer, follow }: Answers): void {
  const jobs = program.command('jobs').description('jobs: what became of them, and why they wait');
  windowed(
    paged(jobs.command('list <tenant>').description("a tenant's jobs, newest first; with --open the oldest first")),
  )
    .option('--open', 'only those that are not over')
    .action((tenant, { open = false, limit, pageToken: cursor, since, until }) =>
      answer((fleet) => {
        const window = parseWindow({ since, until }, fleet.clock.now());
        return listJobs(tenant, { open, limit, ...window, ...(cursor !== undefined && { cursor }) }, fleet);
      }),
    );
  ofTenant(jobs.command('show <job>').description("a job, by its page's address or its id")).action((job, options) =>
    answer((fleet) => showJob(refOf(job, options), fleet)),
  );
  ofTenant(jobs.command('why <job>').description('why a job waits, or what became of it, in one sentence')).action(
    (job, options) => answer((fleet) => explainOneJob(refOf(job, options), fleet)),
  );
  for (const [verb, description] of [
    ['cancel', 'give a job that waits no runner any more'],
    ['retry', 'try a job again that waits for later, or that was ended here'],
  ] as const)
    change(ofTenant(jobs.command(`${verb} <job>`).description(description))).action((job, options) =>
      answer((fleet) => changeOneJob(verb, refOf(job, options), changeOptions(options), fleet)),
    );
  ofTenant(jobs.command('logs <job>').description('where to read what happened, at GitHub and in AWS')).action(
    (job, options) => answer((fleet) => linkJob(refOf(job, options), fleet)),
  );
  limited(program.command('waiting [tenant]').description('who waits now, oldest first, with the reason')).action(
    (tenant: string | undefined, { limit }) =>
      answer((fleet) => (tenant === undefined ? listAllWaiting(limit, fleet) : listWaiting(tenant, limit, fleet))),
  );
  program
    .command('tail <tenant>')
    .description("what becomes of a tenant's jobs, as it happens")
    .option('--for <time>', 'for so long: 15m, 2h; else until it is interrupted')
    .action((tenant, options: { readonly for?: string }) =>
      follow((fleet) => {
        const until = options.for === undefined ? undefined : inTime(options.for, fleet.clock.now());
        return tailJobs({ tenant, ...(until !== undefined && { until }) }, fleet);
      }),
    );
}

function ofTenant(command: Command): Command {
  return command.option('--tenant <tenant>', 'not needed with an address');
}

function refOf(job: string, { tenant }: { readonly tenant?: string }): JobRef {
  return { job, ...(tenant !== undefined && { tenant }) };
}
