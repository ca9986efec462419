import * as v from 'valibot';
import type { Answer } from '../answer';
import { searchAudit } from '../commands/audit';
import { runDoctor } from '../commands/doctor';
import { explainOneJob, listJobs, listWaiting, showJob } from '../commands/jobs';
import { showLimits } from '../commands/limits';
import { listDeadLetters } from '../commands/operations';
import { listRunners, showRunner } from '../commands/runners';
import { showTenant } from '../commands/show-tenant';
import { listTenants } from '../commands/tenants';
import { reportUsage, showStats } from '../commands/usage';
import { listAllWaiting } from '../commands/waiting';
import type { Fleet } from '../fleet';
import { parseMonth } from '../read/parse-month';
import type { Files } from '../local-files';

/** Nothing is read from files, and nothing is written. */
const NO_FILES: Files = { read: () => '', write: () => undefined };
const JOBS = 50;

const SAYS = {
  tenant: 'its login or installation id',
  job: "the address of the job's page at GitHub, or its id with tenant",
  runner: 'the id of its instance, or of its launch with tenant',
  month: 'such as 2026-01; the present one without',
} as const;
type Argument = keyof typeof SAYS;
type Arguments = Readonly<Partial<Record<Argument, string>>>;

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly required: readonly Argument[];
  readonly optional: readonly Argument[];
  readonly run: (given: Arguments, fleet: Fleet) => Promise<Answer>;
}

/** What an assistant may ask: what shows, and nothing that changes. */
export const TOOLS: readonly Tool[] = [
  tool('list_tenants', 'The active tenants.', [], (_, fleet) => listTenants({ status: 'active', limit: 100 }, fleet)),
  tool('show_tenant', "A tenant's state, limit and use.", ['tenant'], ({ tenant = '' }, fleet) =>
    showTenant(tenant, { files: NO_FILES }, fleet),
  ),
  tool('list_jobs', "A tenant's newest jobs.", ['tenant'], ({ tenant = '' }, fleet) =>
    listJobs(tenant, { open: false, limit: JOBS }, fleet),
  ),
  tool('show_job', 'The times of a job and its machine.', ['job'], (given, fleet) => showJob(jobOf(given), fleet)),
  tool('explain_job', 'Why a job waits, since when, and who can act.', ['job'], (given, fleet) =>
    explainOneJob(jobOf(given), fleet),
  ),
  tool(
    'list_waiting',
    'Who waits now and for what, oldest first; of all tenants without one.',
    [],
    ({ tenant }, fleet) => (tenant === undefined ? listAllWaiting(JOBS, fleet) : listWaiting(tenant, JOBS, fleet)),
  ),
  tool('list_runners', "A tenant's machines.", ['tenant'], ({ tenant = '' }, fleet) => listRunners(tenant, fleet)),
  tool('show_runner', 'A machine and the times of its life.', ['runner'], ({ runner = '', tenant }, fleet) =>
    showRunner({ runner, ...(tenant !== undefined && { tenant }) }, fleet),
  ),
  tool('show_limits', "What is left of a tenant's limits.", ['tenant'], ({ tenant = '' }, fleet) =>
    showLimits(tenant, fleet),
  ),
  tool('show_stats', 'How long jobs waited, by size.', ['tenant'], ({ tenant = '' }, fleet) =>
    showStats(tenant, 1_000, fleet),
  ),
  tool('show_usage', 'Minutes and dollars of a month, by tenant.', [], ({ month }, fleet) =>
    reportUsage({ month: parseMonth(month, fleet.clock.now()), by: 'tenant' }, fleet),
  ),
  tool('list_dead_letters', 'Messages that failed for good.', [], (_, fleet) => listDeadLetters(fleet)),
  tool('search_audit', 'Who changed what and why: of a tenant, or today.', [], ({ tenant }, fleet) =>
    searchAudit({ limit: JOBS, ...(tenant !== undefined && { tenant }) }, fleet),
  ),
  tool('run_doctor', 'What is wrong with the installation, and what to do.', [], (_, fleet) =>
    runDoctor({ all: false }, NO_FILES, fleet),
  ),
];

function tool(name: string, description: string, required: readonly Argument[], run: Tool['run']): Tool {
  const others: readonly Argument[] = name === 'show_usage' ? ['month'] : ['tenant'];
  return { name, description, required, optional: others.filter((one) => !required.includes(one)), run };
}

function jobOf({ job = '', tenant }: Arguments) {
  return { job, ...(tenant !== undefined && { tenant }) };
}

/** As the protocol lists it. */
export function describeTool({ name, description, required, optional }: Tool) {
  const properties = [...required, ...optional].map((one) => [one, { type: 'string', description: SAYS[one] }]);
  const inputSchema = {
    type: 'object',
    properties: Object.fromEntries(properties),
    required,
    additionalProperties: false,
  };
  return { name, description, inputSchema, annotations: { readOnlyHint: true } };
}

/** Undefined: they do not fit. */
export function parseArguments({ required, optional }: Tool, given: unknown): Arguments | undefined {
  const entries = [
    ...required.map((one) => [one, v.string()] as const),
    ...optional.map((one) => [one, v.optional(v.string())] as const),
  ];
  const parsed = v.safeParse(v.strictObject(Object.fromEntries(entries)), given ?? {});
  return parsed.success ? (parsed.output as Arguments) : undefined;
}
