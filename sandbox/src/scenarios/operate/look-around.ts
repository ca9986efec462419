import type { Checks } from '../kit/checks';
import type { Tenant } from '../kit/scenario-context';
import { expectJson, expectRefusal, rowsOf } from './expect';
import type { Mtr, Mtrs } from './mtr';

const BECAUSE = ['--reason', 'the sandbox tries it'];

/** What an operator looks up on a quiet day, and how. */
export async function lookAround({ id, login }: Tenant, { mtr, watched }: Mtrs, checks: Checks): Promise<void> {
  await expectJson(checks, await mtr('images'), 'images has the image of each size', (answer) =>
    rowsOf(answer).some((row) => row['size'] === 'small' && String(row['image']).startsWith('ami-')),
  );
  await expectJson(checks, await mtr('pins', 'list'), 'pins list answers, also without an allow list', (answer) =>
    Array.isArray(Object(answer).rows),
  );
  expectRefusal(checks, await mtr('pins', 'remove', 'nobody', ...BECAUSE), 3, 'pinned to no account');
  const retried = await mtr('tenants', 'retry', login, ...BECAUSE);
  await expectJson(checks, retried, 'tenants retry says that nothing holds the tenant back', (answer) =>
    String(Object(answer).sentence).startsWith('Nothing holds launches'),
  );
  await narrow(id, mtr, checks);
  const looks = await watched(['tenants', 'show', login, '--watch'], 2);
  const isAgain = looks.length >= 2 && looks.every((look) => Object(JSON.parse(look)).installation === id);
  checks.check('--watch shows a tenant again until it is interrupted', isAgain, looks.join(''));
  expectRefusal(checks, await mtr('tenants', 'suspend', login, ...BECAUSE, '--watch'), 2, '--watch is for commands');
}

/** By time, and page by page. */
async function narrow(id: number, mtr: Mtr, checks: Checks): Promise<void> {
  const audit = ['audit', 'search', '--tenant', String(id)];
  await expectJson(checks, await mtr(...audit, '--since', '1h'), 'audit search has what was changed since', (answer) =>
    rowsOf(answer).some((row) => row['via'] === 'mtr'),
  );
  await expectJson(
    checks,
    await mtr(...audit, '--since', '2d', '--until', '1d'),
    'audit search has nothing from before the tenant',
    (answer) => rowsOf(answer).length === 0,
  );
  const list = ['jobs', 'list', String(id), '--limit', '1'];
  const first = await mtr(...list);
  const token = String(Object(JSON.parse(first.out)).next_page_token);
  const [newest] = rowsOf(JSON.parse(first.out));
  await expectJson(checks, await mtr(...list, '--page-token', token), 'jobs list goes on by its token', (answer) => {
    const [next] = rowsOf(answer);
    return next !== undefined && Number(next['job']) < Number(newest?.['job']);
  });
}
