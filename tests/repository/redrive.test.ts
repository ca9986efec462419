import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_TRIES } from '@multi-tenant-runner/callbacks/decide-retry';

test('the function gives a callback up at the try after which its queue would', () => {
  const module = readFileSync(join(__dirname, '../../modules/events/callbacks.tf'), 'utf8');
  expect(module).toMatch(/maxReceiveCount\s*= local\.callback_tries/);
  expect(module).toMatch(new RegExp(`callback_tries\\s*= ${MAX_TRIES}\n`));
});
