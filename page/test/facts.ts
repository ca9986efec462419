import type { Explanation, JobFacts, Overview, StartTimes, TenantFigures } from '../src/model/facts';

/** As the API answers them: a test holds each against docs/openapi.json. */
export const overview: Overview = {
  installation_id: 1001,
  org_name: 'acme',
  status: 'active',
  max_runners: 2,
  in_use: 2,
  running: 1,
  starting: 1,
  waiting: 3,
  at_least: false,
  oldest_queued_at: '2026-01-15T11:48:00.000Z',
  reasons: [
    {
      reason: 'limit',
      words: 'acme uses 2 of its 2 runners',
      ends: 'It starts when one of them ends, or when the operator raises the limit',
      actor: 'operator',
      jobs: 2,
    },
  ],
  open_circuits: [],
  problems: [],
};

export const why: Explanation = {
  sentence: 'Job 7001 of acme/app waits, because acme uses 2 of its 2 runners.',
  state: 'parked',
  since: '2026-01-15T11:48:00.000Z',
  position: 3,
  ends: 'It starts when one of them ends, or when the operator raises the limit',
  next_try: '2026-01-15T12:10:00.000Z',
  actor: 'operator',
};

export const job: JobFacts & { labels: string[]; launch_id: string; links: { what: string; url: string }[] } = {
  job_id: 7001,
  run_id: 9001,
  repository: 'acme/app',
  size: 'small',
  labels: ['self-hosted', 'small'],
  state: 'completed',
  queued_at: '2026-01-15T11:48:00.000Z',
  starting_at: '2026-01-15T11:50:00.000Z',
  machine_asked_at: '2026-01-15T11:50:01.000Z',
  machine_ready_at: '2026-01-15T11:50:20.000Z',
  started_at: '2026-01-15T11:50:50.000Z',
  ended_at: '2026-01-15T11:55:00.000Z',
  conclusion: 'success',
  runner_name: 'i-0123456789abcdef0',
  restarts: 0,
  launch_id: '7001-1',
  links: [{ what: 'the job at GitHub', url: 'https://github.com/acme/app/actions/runs/9001/job/7001' }],
};

export const sums: readonly TenantFigures[] = [
  { installation_id: 1001, org_name: 'acme', size: 'small', machines: 2, seconds: 600, usd: 0.5, unpriced: 0 },
  { installation_id: 1001, org_name: 'acme', size: 'large', machines: 1, seconds: 60, usd: 1, unpriced: 1 },
  { installation_id: 1002, size: 'small', machines: 1_000, seconds: 90_000, usd: 2_000, unpriced: 0 },
];

export const starts: StartTimes = {
  size: 'small',
  jobs: 40,
  waiting: { p50: 1, p95: 65, p99: 3_700 },
  starting: { p50: 20, p95: 30, p99: 40 },
  total: { p50: 21, p95: 95, p99: 3_740 },
};
