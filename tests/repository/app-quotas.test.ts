import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAppSettings } from '@multi-tenant-runner/core';

test('a tier that does not say how many secrets it may have is given as many by the functions as by the module', () => {
  const module = readFileSync(join(__dirname, '../../modules/apps/variables.tf'), 'utf8');
  const [, figure] = /secrets\s*= optional\(number, (\d+)\)/.exec(module) ?? [];
  // As a module of before wrote it, while the functions are newer.
  const small = { apps: 1, tasks: 1, vcpu: 1, memory_gb: 1, builds_per_hour: 1 };
  const settings = { domain: 'a.example', https: true, builder: 'runner', quotas: { small }, reserved_names: [] };
  const parsed = parseAppSettings(settings);
  expect(parsed.ok && parsed.value.quotas.get('small')?.secrets).toBe(Number(figure));
});
