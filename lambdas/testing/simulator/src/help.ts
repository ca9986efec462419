import { FAULT_KINDS } from './scenario/fault-kinds';

export const HELP = `Runs the functions' own handlers against a simulated GitHub and AWS, and prints how the jobs fared.

  yarn simulate [options]

  --tenants <n>    installations, 1 to 10000 (10)
  --jobs <n>       workflow jobs over all tenants, 1 to 100000, with --day 1 to 1000000 (500)
  --seed <text>    the same seed gives the same run (1)
  --seeds <n>      this many runs with the seeds <seed>, <seed>+1, …, for a number as seed (1)
  --faults <list>  kinds of faults, separated by commas; "all" (the default), "none", or of:
${Object.entries(FAULT_KINDS)
  .map(([kind, about]) => `                     ${kind.padEnd(18)} ${about}`)
  .join('\n')}
  --day            instead, let --tenants queue --jobs within a day, with the limits of EC2, SSM, GitHub and Lambda on,
                   a hot tenant, and an hour in which the Region is down; print how fast what waited then drains, and
                   what each service got when the Region came back
  --hours <n>      with --day: in which the jobs are queued, 1 to 24 (24); the outage begins after a third of them
  --hot <n>        with --day: percent of all jobs that are one tenant's, 0 to 50 (10)
  --sweep <n>      instead, run the sweep over n tenants, 1 to 100000, and print how long it takes
  --deliveries <n> instead, run recovery at n deliveries a second, 1 to 1000, and print how far behind it is
  --burst <n>      instead, queue jobs of n tenants at once, 1 to 10000, and print how long until EC2 is asked for
                   their machines; each tenant had a job a quarter of an hour before
  --outage <n>     with --day: minutes that the Region is down, 0 to 600 (60); without it instead, let the webhook
                   fail for n minutes, 1 to 1440, in which --tenants queue --jobs, and print how long until recovery
                   has heard of them
  --pushes <n>     instead, let each of --tenants push n times a minute, 1 to 600, and print how long until the
                   deployer asks for builds and services, with the account's API limits on; with --faults all it
                   dies, and its events come twice, late, in any order or never
  --minutes <n>    with --pushes: for how long, 1 to 60 (5)
  --raised <n>     1 to 100 (1), how often as much as AWS gives a new account; with --pushes: of ECS; with --day: calls
                   and machines of EC2, as launch_rate then says
  --each <n>       with --burst: jobs of each tenant, 1 to 1000 (1); with --pushes: apps of each tenant (1)
  --flood <n>      with --deliveries: as many a second more of one tenant, all of which fail; with --burst: as many jobs
                   of one more tenant (0)
  --first          with --burst: no tenant has ever had a job
  --shared         launches share calls of RunInstances with other tenants'; without --burst the account has one call in
                   two seconds, so that most do
  --concurrency <n>  with --burst and --day: functions of scale-up at once, 2 to 100 (5)
  --config-store dynamodb  with --burst and --day: configurations wait in DynamoDB, not in SSM with its three writes a
                   second
  --shrink         make a failing run smaller and print the seed file to keep
  --trace          print every event of the run
  --json           print the report as JSON
  --help           print this

Ends with 0 if no promise was broken, with 1 if one was, and with 2 for a mistake in these options.`;
