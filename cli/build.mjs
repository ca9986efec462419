// mtr as one file, dist/mtr.mjs, which needs Node alone. `npm run mtr` builds it before it runs it.
import { chmodSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { SDK_PLUGINS_OF_MTR } from '../lambdas/sdk-plugins.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const module = join(folder, '..', 'modules', 'tenant-namespace');
const manifests = readdirSync(join(module, 'manifests'))
  .sort()
  .map((name) => [name.replace(/\.tftpl$/, ''), readFileSync(join(module, 'manifests', name), 'utf8')]);
const templates = {
  manifests: Object.fromEntries(manifests),
  plans: JSON.parse(readFileSync(join(module, 'plans.json'), 'utf8')),
};
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const outfile = join(folder, 'dist', 'mtr.mjs');
/** Each start of mtr reads and compiles all of it: a megabyte takes a tenth of a second of a processor. */
const MOST_BYTES = 800_000;
await build({
  entryPoints: [join(folder, 'src', 'index.ts')],
  outfile,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  // Of the SDK's ES modules what mtr calls alone is taken; each start of mtr reads all of the file.
  mainFields: ['module', 'main'],
  plugins: SDK_PLUGINS_OF_MTR,
  format: 'esm',
  define: {
    TENANT_NAMESPACE: JSON.stringify(templates),
    VERSION: JSON.stringify(version),
    // The SDK that is in here runs on Node 20; its advice to whoever updates it is not for who runs mtr.
    'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
  },
  // commander is CommonJS and asks for `require`.
  banner: {
    js: [
      '#!/usr/bin/env node',
      "import { createRequire as requireOf } from 'node:module';",
      'const require = requireOf(import.meta.url);',
    ].join('\n'),
  },
});
const { size } = statSync(outfile);
if (size > MOST_BYTES) throw new Error(`mtr.mjs has ${size} bytes, more than the ${MOST_BYTES} it may have.`);
chmodSync(outfile, 0o755);
