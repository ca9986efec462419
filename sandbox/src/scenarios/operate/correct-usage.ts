import { object } from '../../lib/json';
import type { SandboxFile } from '../../lib/state';
import { apisOf } from '../../lib/api-addresses';
import type { ScenarioContext, Tenant } from '../kit/scenario-context';
import { signedClient } from './api-client';
import { expectAnswer } from './call-api';
import { expectJson, expectRefusal, holds, rowsOf } from './expect';
import type { Mtr } from './mtr';

const BECAUSE = ['--reason', 'the sandbox corrects it'];
/** More than a machine of the sandbox lives. */
const MINUTES = 90;

/** Corrects the ledger for a machine that has ended, by mtr and then by the API; the sums follow each time. */
export async function correctUsage(
  { checks, poller }: ScenarioContext,
  { id, login }: Tenant,
  { mtr, sandbox }: { readonly mtr: Mtr; readonly sandbox: SandboxFile },
): Promise<void> {
  const launch = await poller.until('a machine of the tenant is in the ledger', async () => {
    const { out } = await mtr('--output', 'focus', 'usage', '--tenant', login);
    return /\bi-[0-9a-f]{8,17}\b/.exec(out)?.[0];
  });
  const correct = ['usage', 'correct', launch, '--tenant', login, '--id', `mtr-${id}`];
  const asked = [...correct, '--seconds', String(MINUTES * 60), '--usd', '1.5'];
  expectRefusal(checks, await mtr(...asked), 2, '--reason');
  const dry = await mtr(...asked, ...BECAUSE, '--dry-run');
  await expectJson(checks, dry, 'usage correct --dry-run says what it would add', (answer) =>
    holds(answer, { correction: `mtr-${id}`, dry_run: true }),
  );
  await expectJson(checks, await mtr(...asked, ...BECAUSE), 'usage correct writes a row of its own', (answer) => {
    const { correction, seconds_added: added } = Object(answer);
    return correction === `mtr-${id}` && added > 0;
  });
  await expectJson(checks, await mtr(...asked, ...BECAUSE), 'usage correct counts once for an id', (answer) =>
    String(Object(answer).sentence).includes(`mtr-${id} is recorded`),
  );
  await expectMinutes('usage has what mtr corrected', MINUTES);
  await correctByApi();
  await expectMinutes('usage has what the API corrected', 2 * MINUTES);

  async function expectMinutes(expectation: string, least: number): Promise<void> {
    const report = await mtr('usage', '--tenant', login, '--by', 'repository');
    await expectJson(checks, report, expectation, (answer) =>
      rowsOf(answer).some((row) => Number(row['minutes']) >= least),
    );
  }

  async function correctByApi(): Promise<void> {
    const operator = signedClient(apisOf(sandbox).operators, sandbox);
    const path = `/tenants/${id}/usage/corrections`;
    const listed = await operator('GET', path);
    const found: unknown = object(listed.body)?.['corrections'];
    const [first] = Array.isArray(found) ? found.map((one) => object(one) ?? {}) : [];
    const isListed = listed.status === 200 && first?.['id'] === `mtr-${id}`;
    checks.check('the API lists what mtr corrected', isListed, JSON.stringify(listed));
    const machine = { launch_id: first?.['launch_id'], started_at: first?.['started_at'] };
    const body = { id: `api-${id}`, ...machine, seconds: 2 * MINUTES * 60 };
    const headers = { 'x-reason': 'the sandbox corrects it' };
    expectAnswer(checks, 'the API corrects it once more', await operator('POST', path, { body, headers }), {
      status: 200,
      body: { changed: true },
    });
  }
}
