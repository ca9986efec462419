type Times = Readonly<Record<string, readonly [number, number]>>;

const OF_TABLES: Times = {
  registry: [3, 12],
  lifecycle: [3, 12],
  jobs: [3, 12],
  launches: [3, 12],
  admissions: [6, 25],
  fleetSlots: [3, 15],
  recovery: [3, 12],
  orders: [6, 25],
  budgets: [3, 12],
};

/** Milliseconds that a call of each port takes, at least and at most, when nothing slows it down. */
export const TYPICAL: Times = {
  ...OF_TABLES,
  queue: [5, 20],
  bus: [5, 20],
  fleet: [100, 400],
  blanks: [300, 1_000],
  configs: [20, 90],
  securityGroups: [80, 300],
  github: [80, 400],
  checkRuns: [80, 400],
  app: [80, 400],
  search: [80, 400],
};

/** Ports that ask GitHub, not AWS. */
export const GITHUB: ReadonlySet<string> = new Set(['github', 'app', 'search', 'checkRuns']);
export const TABLES: ReadonlySet<string> = new Set(Object.keys(OF_TABLES));
