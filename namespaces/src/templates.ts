import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from './settings';

/** What modules/tenant-namespace renders from. */
export interface Templates {
  /** By the name of the file that each one makes. */
  readonly manifests: Readonly<Record<string, string>>;
  readonly plans: Readonly<Record<string, Plan>>;
}

const ENDING = '.tftpl';

/** @param module the folder modules/tenant-namespace */
export function readTemplates(module: string): Templates {
  const folder = join(module, 'manifests');
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(ENDING))
    .sort();
  return {
    manifests: Object.fromEntries(
      names.map((name) => [name.slice(0, -ENDING.length), readFileSync(join(folder, name), 'utf8')]),
    ),
    plans: JSON.parse(readFileSync(join(module, 'plans.json'), 'utf8')) as Templates['plans'],
  };
}
