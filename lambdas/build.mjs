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

// The clients are given their credentials, so the chain that looks for some (profiles, SSO, STS, machine metadata) never
// runs; yet every client imports it, and it is a third of the webhook's bundle.
const withoutCredentialChain = {
  name: 'without-credential-chain',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path }) => ({ path, namespace: 'stand-in', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'stand-in' }, () => ({
      contents: "export const defaultProvider = () => async () => { throw new Error('Pass credentials to the AWS client: createClientConfig does.'); };",
    }));
  },
};

// Every client imports its package.json for the version in the user agent, and the rest of it comes along.
const onlyTheVersion = {
  name: 'only-the-version',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

rmSync(join(lambdas, 'build'), { recursive: true, force: true });
await Promise.all(functions.map(bundle));
if (process.argv.includes('--zip')) {
  rmSync(join(lambdas, 'dist'), { recursive: true, force: true });
  for (const name of functions) zip(name);
}

async function bundle(name) {
  const outfile = join(lambdas, 'build', name, 'index.mjs');
  await build({
    entryPoints: [join(lambdas, 'functions', name, 'src', 'index.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // What the oldest supported Node understands; Lambda runs a newer one.
    target: 'node20',
    // The SDK's ES modules can be shaken, its CommonJS ones can't: half the size.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [withoutCredentialChain, onlyTheVersion],
  });
  // Such a bundle builds and then fails on its first load.
  if (readFileSync(outfile, 'utf8').includes('Dynamic require of')) {
    throw new Error(`The bundle of ${name} calls require, which an ES module has not: import an ES module build of what is CommonJS in it.`);
  }
}

function zip(name) {
  const source = readFileSync(join(lambdas, 'build', name, 'index.mjs'));
  const file = join(lambdas, 'dist', `${name}.zip`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, zipSync({ 'index.mjs': [source, { mtime: NO_TIME, level: 9, os: 3, attrs: 0o644 << 16 }] }));
  console.log(`${name}.zip ${readFileSync(file).length} bytes`);
}
