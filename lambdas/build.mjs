// `yarn build`: one ES module a function in build/<function>/index.mjs. `yarn dist` zips each into dist/<function>.zip.
// The same sources give the same bytes, so that Terraform sees a change only where there is one.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { zipSync } from 'fflate';

const lambdas = dirname(fileURLToPath(import.meta.url));
const functions = readdirSync(join(lambdas, 'functions')).filter((name) => existsSync(join(lambdas, 'functions', name, 'src', 'index.ts'))).sort();
// Zip knows no time before 1980, and any other would differ from build to build.
const NO_TIME = new Date(1980, 0, 1);

rmSync(join(lambdas, 'build'), { recursive: true, force: true });
for (const name of functions) await bundle(name);
if (process.argv.includes('--zip')) for (const name of functions) zip(name);

async function bundle(name) {
  await build({
    entryPoints: [join(lambdas, 'functions', name, 'src', 'index.ts')],
    outfile: join(lambdas, 'build', name, 'index.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // The SDK's ES modules can be shaken, its CommonJS ones can't: half the size.
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: false,
    legalComments: 'none',
    logLevel: 'warning',
    // What is CommonJS inside the bundle asks for Node's own modules with require.
    banner: { js: "import{createRequire as ghrRequire}from'node:module';const require=ghrRequire(import.meta.url);" },
  });
}

function zip(name) {
  const source = readFileSync(join(lambdas, 'build', name, 'index.mjs'));
  const file = join(lambdas, 'dist', `${name}.zip`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, zipSync({ 'index.mjs': [source, { mtime: NO_TIME, level: 9, os: 3, attrs: 0o644 << 16 }] }));
  console.log(`${name}.zip ${readFileSync(file).length} bytes`);
}
