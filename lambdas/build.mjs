// `yarn build`: one ES module a function in build/<function>/index.mjs. `yarn dist` zips each into dist/<function>.zip.
// The same sources give the same bytes, so that Terraform sees a change only where there is one. `--out DIR` puts
// build/ and dist/ somewhere else; `--only NAME` builds one function; `--packages FILE` lists the npm packages in each
// bundle; `--sizes` prints what takes how much of each bundle.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { buildPage } from '../page/build.mjs';
import { FUNCTIONS } from './functions.mjs';
import { SDK_PLUGINS } from './sdk-plugins.mjs';

const lambdas = dirname(fileURLToPath(import.meta.url));
const { values: asked } = parseArgs({
  options: {
    zip: { type: 'boolean' },
    out: { type: 'string' },
    only: { type: 'string' },
    packages: { type: 'string' },
    sizes: { type: 'boolean' },
  },
});
const out = resolve(asked.out ?? lambdas);
const functions = FUNCTIONS.filter((name) => asked.only === undefined || name === asked.only);
if (functions.length === 0)
  throw new Error(`Unknown function ${asked.only}; the functions are ${FUNCTIONS.join(', ')}.`);
// The earliest time in a zip; any other would differ between builds.
const NO_TIME = new Date(1980, 0, 1);

// Read by the function when it is asked for: it costs no cold start.
const FILES = { api: ['page.json', 'openapi.json'] };

const bundled = await Promise.all(functions.map(bundle));
const page = functions.includes('api') ? await bundlePage() : undefined;
removeOthers(join(out, 'build'), FUNCTIONS);
if (asked.zip) {
  for (const name of functions) zip(name);
  removeOthers(
    join(out, 'dist'),
    FUNCTIONS.map((name) => `${name}.zip`),
  );
}

if (asked.packages !== undefined) {
  const packages = Object.fromEntries(
    functions.map((name, index) => [name, packagesOf(bundled[index], name === 'api' ? page : undefined)]),
  );
  writeFileSync(resolve(asked.packages), `${JSON.stringify(packages, null, 2)}\n`);
}

if (asked.sizes) functions.forEach((name, index) => printSizes(name, bundled[index]));

/** Bytes before compression, of packages and of our own folders. */
function printSizes(name, { outputs }) {
  const sizes = new Map();
  for (const [path, { bytesInOutput }] of Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))) {
    const part = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path.split('/').slice(0, -1).join('/');
    const of = part.replace(/^(?:lambdas\/)?((?:libs|functions)\/[^/]+).*/, '$1');
    sizes.set(of, (sizes.get(of) ?? 0) + bytesInOutput);
  }
  for (const [part, bytes] of [...sizes].sort((one, other) => other[1] - one[1]).filter(([, bytes]) => bytes > 0))
    console.log(`${name}  ${String(bytes).padStart(7)}  ${part}`);
}

/** Leaves page and document beside the function that serves both; answers esbuild's list of the page's inputs. */
async function bundlePage() {
  const { gzip, policy, metafile } = await buildPage();
  const document = JSON.parse(readFileSync(join(lambdas, '..', 'docs', 'openapi.json'), 'utf8'));
  for (const [file, content] of Object.entries({ 'page.json': { policy, gzip }, 'openapi.json': document }))
    writeFileSync(join(out, 'build', 'api', file), JSON.stringify(content));
  return metafile;
}

/** The folders of the packages in bundles, from esbuild's lists of their inputs. */
function packagesOf(...metafiles) {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile?.outputs ?? {}));
  const inputs = outputs.flatMap((output) => Object.entries(output.inputs));
  const folders = inputs.flatMap(([path, { bytesInOutput }]) => {
    const folder = bytesInOutput > 0 ? /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] : undefined;
    return folder === undefined ? [] : [resolve(folder)];
  });
  return [...new Set(folders)].sort();
}

/** Removes functions that no longer exist. The rest is replaced in place: a plan or a sandbox may be reading it. */
function removeOthers(directory, names) {
  for (const name of readdirSync(directory))
    if (!names.includes(name)) rmSync(join(directory, name), { recursive: true, force: true });
}

async function bundle(name) {
  const outfile = join(out, 'build', name, 'index.mjs');
  const { metafile } = await build({
    metafile: true,
    entryPoints: [join(lambdas, 'functions', name, 'src', 'index.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // The oldest supported Node; Lambda runs a newer one.
    target: 'node20',
    // The SDK's ES modules allow tree shaking, its CommonJS ones don't: half the size.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: SDK_PLUGINS,
  });
  // Such a bundle builds and then fails on its first load.
  if (readFileSync(outfile, 'utf8').includes('Dynamic require of')) {
    throw new Error(
      `The bundle of ${name} calls require, which an ES module has not: import an ES module build of what ` +
        'is CommonJS in it.',
    );
  }
  return metafile;
}

function zip(name) {
  const file = join(out, 'dist', `${name}.zip`);
  const names = ['index.mjs', ...(FILES[name] ?? [])];
  const files = names.map((one) => [
    one,
    [readFileSync(join(out, 'build', name, one)), { mtime: NO_TIME, level: 9, os: 3, attrs: 0o644 << 16 }],
  ]);
  const bytes = zipSync(Object.fromEntries(files));
  mkdirSync(dirname(file), { recursive: true });
  // Atomic, as another process may be reading the file.
  writeFileSync(`${file}.part`, bytes);
  renameSync(`${file}.part`, file);
  console.log(`${name}.zip ${bytes.length} bytes`);
}
