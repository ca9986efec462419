import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drainCommands } from './drain-commands';
import { belongsTo } from './leftovers';

it('takes the commands of the drain from the runbook, for this installation', () => {
  const { offboard, look } = drainCommands(
    readFileSync(join(__dirname, '../../../docs/operations.md'), 'utf8'),
    'sandbox',
  );
  expect(offboard).toContain('--table-name sandbox-tenants');
  expect(look).toContain('Values=sandbox-tenant-*');
  expect(offboard + look).not.toContain('my-saas');
});

it('says so when the runbook has other commands', () => {
  expect(() =>
    drainCommands('### Drain before a destroy\n\nNothing.\n\n## Alarms\n\n```bash\ntrue\n```\n', 'sandbox'),
  ).toThrow('has 0 commands under "Drain before a destroy"; two are expected');
});

it.each([
  ['sandbox', true],
  ['sandbox-tenant-42', true],
  ['/sandbox/app/id', true],
  ['sandboxes-jobs', false],
  ['other-sandbox-jobs', false],
])('counts %s as left over: %s', (name, left) => {
  expect(belongsTo('sandbox', name)).toBe(left);
});
