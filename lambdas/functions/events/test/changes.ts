import { renameKeys, toSnakeCase, type Job, type Launch } from '@multi-tenant-runner/core';
import { job, launch, machineLife, tenantRow } from '@multi-tenant-runner/testing';
import type { StreamChange } from '../src/stream-change';

export type Row = Readonly<Record<string, unknown>>;
type Sides = Pick<StreamChange, 'before' | 'after'>;

/** Rows as their tables have them. */
export const jobRow = (overrides: Partial<Job> = {}): Row => spelled(job(overrides));
export const launchRow = (overrides: Partial<Launch> = {}): Row => spelled(launch(overrides));
export const lifeRow = (): Row => ({ ...spelled(machineLife()), book: '1001/lives', entry: '2026-01-15#1-1' });
export { tenantRow };

const spelled = (row: object): Row => Object(renameKeys(row, toSnakeCase));

const KEYS: Readonly<Record<StreamChange['table'], readonly string[]>> = {
  tenants: ['installation_id'],
  jobs: ['installation_id', 'job_id'],
  launches: ['installation_id', 'launch_id'],
  usage: ['book', 'entry'],
  audit: ['installation_id', 'entry'],
};

export function changeOf(table: StreamChange['table'], { before, after }: Sides, number = 1): StreamChange {
  const row = after ?? before ?? {};
  return {
    table,
    id: `e${number}`,
    at: '2026-01-15T12:00:00.000Z',
    sequence: String(number).padStart(40, '0'),
    keys: Object.fromEntries(KEYS[table].map((name) => [name, row[name]])),
    ...(before && { before }),
    ...(after && { after }),
  };
}
