// mtr as one file, dist/mtr.mjs, which needs Node alone. `npm run mtr` builds it before it runs it.
import { chmodSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const module = join(folder, '..', 'modules', 'tenant-namespace');
const manifests = readdirSync(join(module, 'manifests'))
  .sort()
  .map((name) => [name.replace(/\.tftpl$/, ''), readFileSync(join(module, 'manifests', name), 'utf8')]);
const templates = {
  manifests: Object.fromEntries(manifests),
  plans: JSON.parse(readFileSync(join(module, 'plans.json'), 'utf8')),
};
const outfile = join(folder, 'dist', 'mtr.mjs');
await build({
  entryPoints: [join(folder, 'src', 'index.ts')],
  outfile,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  define: {
    TENANT_NAMESPACE: JSON.stringify(templates),
    // The SDK that is in here runs on Node 20; its advice to whoever updates it is not for who runs mtr.
    'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
  },
  // commander and parts of the AWS SDK are CommonJS and ask for `require`.
  banner: {
    js: [
      '#!/usr/bin/env node',
      "import { createRequire } from 'node:module';",
      'const require = createRequire(import.meta.url);',
    ].join('\n'),
  },
});
chmodSync(outfile, 0o755);
