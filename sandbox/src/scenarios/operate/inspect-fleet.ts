import type { Checks } from '../kit/checks';
import type { Tenant } from '../kit/scenario-context';
import { expectJson, expectRefusal, holds, rowsOf } from './expect';
import type { Mtr } from './mtr';

const BECAUSE = ['--reason', 'the sandbox tries it'];

/** What mtr says of the whole fleet: the sandbox's tables are not protected, and its alarms notify no one. */
export async function inspectFleet({ login }: Tenant, mtr: Mtr, checks: Checks): Promise<void> {
  const doctor = await mtr('doctor', '--all');
  const findings = rowsOf(JSON.parse(doctor.out));
  const isFine = (name: string): boolean => findings.some((row) => row['check'] === name && row['state'] === 'ok');
  const fine = [
    'app',
    'token',
    'permissions',
    'checks',
    'webhook',
    'registry',
    'functions',
    'sweep-on-time',
    'slots',
    'machines',
    'dead-letters',
    'images',
    'runner-version',
  ];
  checks.check('doctor asks AWS and GitHub, and finds the App and the fleet sound', fine.every(isFine), doctor.out);
  checks.check(
    'doctor fails for what it finds, and says what to do',
    doctor.code === 1 && findings.some((row) => row['check'] === 'alarms-armed' && row['mend'] !== undefined),
    doctor.out,
  );
  const completion = await mtr('completion', 'bash');
  checks.check(
    'completion writes a script',
    completion.code === 0 && completion.out.includes('complete '),
    completion.err,
  );
  await expectJson(checks, await mtr('tail', login, '--for', '1s'), "tail shows a tenant's jobs", (answer) =>
    rowsOf(answer).some((row) => row['state'] === 'completed'),
  );
  const caps = ['tenants', 'set-caps', login, '--minutes', '1000', '--reason', 'the sandbox tries it'];
  await expectJson(checks, await mtr(...caps), 'tenants set-caps sets a cap', (answer) =>
    holds(answer, { tenant: login }),
  );
  await expectJson(
    checks,
    await mtr('limits', login),
    "limits has the cap's minutes and when they begin anew",
    (answer) => rowsOf(answer).some((row) => row['limit'] === 'minutes of the month' && row['of'] === 1000),
  );
}

export async function operateFleet(mtr: Mtr, checks: Checks): Promise<void> {
  await expectJson(checks, await mtr('redrive'), 'redrive lists the dead-letter queues', (answer) =>
    rowsOf(answer).some((row) => String(row['queue']).endsWith('-builds-small-dlq')),
  );
  expectRefusal(checks, await mtr('redrive', 'elsewhere'), 3, 'no dead-letter queue');
  expectRefusal(checks, await mtr('freeze'), 2, '--yes');
  expectRefusal(checks, await mtr('freeze', '--yes'), 2, '--reason');
  await expectJson(checks, await mtr('freeze', '--yes', ...BECAUSE), 'freeze stops the queues of all sizes', (answer) =>
    holds(answer, { enabled: false }),
  );
  const passing = await mtr('freeze', '--until', '1s', '--yes', ...BECAUSE);
  const isOver = passing.code === 0 && passing.out.trimEnd().endsWith('"enabled": true\n}');
  checks.check('freeze --until lets them go on at that time', isOver, JSON.stringify(passing));
  await expectJson(checks, await mtr('unfreeze', ...BECAUSE), 'unfreeze lets them go on', (answer) =>
    holds(answer, { enabled: true }),
  );
}
