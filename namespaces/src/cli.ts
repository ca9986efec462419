// Writes the manifests of every tenant's namespace from an export of the registry, without Terraform.
//   npm run namespaces -- render --tenants tenants.json --settings settings.tfvars.json --out clusters/apps/tenants
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseExport, parseSettings, renderNamespaces } from './index';

const USAGE = 'Usage: npm run namespaces -- render --tenants FILE --settings FILE --out FOLDER';
const MODULE = resolve(__dirname, '..', '..', 'modules', 'tenant-namespace');

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { tenants: { type: 'string' }, settings: { type: 'string' }, out: { type: 'string' } },
  });
  const { tenants, settings, out } = values;
  if (positionals.join() !== 'render' || tenants === undefined || settings === undefined || out === undefined)
    throw new Error(USAGE);
  const entries = parseExport(readFileSync(tenants, 'utf8'));
  const files = renderNamespaces(MODULE, entries, parseSettings(readFileSync(settings, 'utf8')));
  for (const [name, text] of Object.entries(files)) {
    const path = join(out, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  console.log(`${entries.length} namespaces, ${Object.keys(files).length} files in ${out}`);
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
