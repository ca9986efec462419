import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECOVERY_TIMEOUT_SECONDS, TIMEOUT_SECONDS } from './timeouts';

const VARIABLES = join(__dirname, '../../../../../variables.options.tf');

test('the simulated functions have the time that the module gives them', () => {
  const [, block = ''] =
    /timeout_seconds = optional\(object\(\{([^}]*)\}\)/.exec(readFileSync(VARIABLES, 'utf8')) ?? [];
  const defaults = [...block.matchAll(/(\w+)\s*= optional\(number, (\d+)\)/g)].map(([, name, seconds]) => [
    name,
    Number(seconds),
  ]);
  expect(Object.fromEntries(defaults)).toEqual({
    scale_up: TIMEOUT_SECONDS,
    scale_down: TIMEOUT_SECONDS,
    tenant_manager: TIMEOUT_SECONDS,
    recovery: RECOVERY_TIMEOUT_SECONDS,
  });
});
