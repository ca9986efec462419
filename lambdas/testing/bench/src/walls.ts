/** What a steady rate of jobs asks of one limit of an account and Region. */
export interface Wall {
  readonly what: string;
  /** As AWS or GitHub gives it to a new customer. */
  readonly limit: number;
  readonly unit: string;
  /** What so many jobs a second need, in the limit's unit. */
  readonly need: (jobsASecond: number) => number;
  readonly raise: string;
}

/** Seconds from the launch until EC2 has terminated the machine: docs/cost.md's job of five minutes. */
const MACHINE_SECONDS = 420;
const VCPUS = 2;
const DISK_GB = 30;
const DELIVERIES = 3;
const WEBHOOK_SECONDS = 0.05;
const SCALE_UP_SECONDS = 3;
const SCALE_DOWN_SECONDS = 3 * 0.3;
/** Write units of a job of a small tenant, over all tables, as `npm run bench:job` measures them. */
export const WRITE_UNITS = 26;

const machines = (jobsASecond: number): number => jobsASecond * MACHINE_SECONDS;

/**
 * The limits that a fleet of `t3.medium` meets, in the order of docs/limits.md.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html, /general/latest/gr/ec2-service.html,
 * /general/latest/gr/ssm.html, /lambda/latest/dg/gettingstarted-limits.html
 */
export const WALLS: readonly Wall[] = [
  {
    what: 'instances that `RunInstances` starts',
    limit: 2,
    unit: 'a second, after a burst of 1,000',
    need: (jobs) => jobs,
    raise: 'AWS support; it is the first to ask for',
  },
  {
    what: 'vCPUs on demand',
    limit: 5,
    unit: '',
    need: (jobs) => machines(jobs) * VCPUS,
    raise: 'quota `L-1216C47A`, and spot beside it',
  },
  {
    what: '`PutParameter` of SSM',
    limit: 3,
    unit: 'a second',
    need: (jobs) => jobs,
    raise: '`runner.config_store = "dynamodb"`: none',
  },
  {
    what: 'network interfaces',
    limit: 5_000,
    unit: '',
    need: machines,
    raise: 'quota `L-DF5E4CA3`',
  },
  {
    what: 'gp3 storage',
    limit: 50 * 1_024,
    unit: 'GB',
    need: (jobs) => machines(jobs) * DISK_GB,
    raise: 'quota `L-7A658B76`, or a smaller `disk_gb`',
  },
  {
    what: 'addresses in three subnets of /20',
    limit: 3 * (4_096 - 5),
    unit: '',
    need: machines,
    raise: 'larger or more subnets',
  },
  {
    what: 'functions at once',
    limit: 1_000,
    unit: '',
    need: (jobs) => jobs * (DELIVERIES * WEBHOOK_SECONDS + SCALE_UP_SECONDS + SCALE_DOWN_SECONDS),
    raise: 'quota `L-B99A9384`',
  },
  {
    what: 'write units of the tables',
    limit: 40_000,
    unit: 'a second and table',
    need: (jobs) => jobs * WRITE_UNITS,
    raise: 'a quota request',
  },
  {
    what: 'runners of one installation, by points',
    limit: 3,
    unit: 'a second, of each tenant',
    need: (jobs) => jobs / 100,
    raise: 'nothing: here the jobs come from a hundred tenants',
  },
];

/** Of a limit that is met: how many times over. */
const share = (wall: Wall, jobs: number): number => wall.need(jobs) / wall.limit;

/** The limits that so many jobs a second exceed, the first to be met first. */
export function exceeded(jobs: number): readonly Wall[] {
  return WALLS.filter((wall) => share(wall, jobs) > 1).sort((a, b) => share(b, jobs) - share(a, jobs));
}

/** Jobs a second at which each limit is met, each alone. */
export const capacityOf = (wall: Wall): number => wall.limit / wall.need(1);

const RATES = [1, 10, 100] as const;

/** The table of docs/scale.md, without the line below its head: of each limit how much is used, in bold if too much. */
export function wallTable(): string[] {
  return [
    `| limit | as given | ${RATES.map((rate) => `${rate} a second`).join(' | ')} | jobs a day up to it | to raise it |`,
    ...WALLS.map((wall) => {
      const used = RATES.map((rate) => {
        const text = amount(share(wall, rate));
        return share(wall, rate) > 1 ? `**${text}**` : text;
      });
      const given = `${wall.limit.toLocaleString('en')} ${wall.unit}`.trim();
      const daily = threeDigits(capacityOf(wall) * 86_400);
      return `| ${[wall.what, given, ...used, daily, wall.raise].join(' | ')} |`;
    }),
  ];
}

const amount = (part: number): string =>
  part < 2 ? `${(part * 100).toPrecision(2).replace(/\.0$/, '')} %` : `${threeDigits(part)} ×`;

const threeDigits = (figure: number): string => Number(figure.toPrecision(3)).toLocaleString('en');

/** Cells that so many jobs a day need, at a peak of three times the mean, when one takes so many a second. */
export function cells(jobsADay: number, jobsASecondOfACell: number): number {
  return Math.ceil((3 * jobsADay) / 86_400 / jobsASecondOfACell);
}
