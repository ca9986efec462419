// `yarn release`: what a version consists of, made from the checkout into `.sandbox/release` (or --out DIR):
//
//   multi-tenant-runner-<version>.tar.gz   the module with its built functions: a `source` for Terraform
//   <function>.zip                         the functions alone, for `lambda_zips` or a bucket
//   multi-tenant-runner-<version>.cdx.json the npm packages inside the functions (CycloneDX)
//   notes.md                               the changelog's section
//   SHA256SUMS                             of all of them
//
// It publishes nothing: .github/workflows/release.yml does, on a tag. `--dry-run` allows changes that are not
// committed, a missing tag, and a changelog section that is still called "Unreleased".
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create } from 'tar';
import { SWITCH, TEXT, commandLineOrEnd } from '../sandbox/setup/command-line.cjs';
import { billOfMaterials } from './release/bill-of-materials.mjs';
import { changelogSection } from './release/changelog.mjs';
import { moduleFiles } from './release/module-files.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
// No archive that is built twice differs: any other time would be the checkout's.
const NO_TIME = new Date('1980-01-01T00:00:00Z');

const { switches, texts } = commandLineOrEnd({
  name: 'npm run release',
  usage: `npm run release   what a version consists of, into .sandbox/release; publishes nothing
  --out DIR       into another folder
  --dry-run       also from a checkout with changes, without a tag, or with an unreleased changelog`,
  options: { 'dry-run': SWITCH, out: TEXT },
});
const dryRun = switches.has('dry-run');
const out = resolve(texts.out ?? join(root, '.sandbox', 'release'));
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

try {
  if (!dryRun) checkReleasable();
  await makeRelease();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function checkReleasable() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  if (git('status', '--porcelain') !== '') {
    throw new Error('The checkout has changes that are not committed. Commit them, or pass --dry-run.');
  }
  const tags = git('tag', '--points-at', 'HEAD').split('\n');
  if (!tags.includes(`v${version}`)) {
    throw new Error(`HEAD has no tag v${version}, the version in package.json. Tag it, or pass --dry-run.`);
  }
}

async function makeRelease() {
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  const notes = changelogSection(changelog, version, { allowUnreleased: dryRun });
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const staging = mkdtempSync(join(tmpdir(), 'release-'));
  try {
    const packages = buildFunctions(staging);
    const zips = readdirSync(join(staging, 'lambdas', 'dist'));
    for (const zip of zips) cpSync(join(staging, 'lambdas', 'dist', zip), join(out, zip));
    const files = moduleFiles(root);
    for (const file of files) cpSync(join(root, file), join(staging, file));
    await pack(staging, [...files, ...zips.map((zip) => `lambdas/dist/${zip}`)]);
    writeFileSync(join(out, `${name}-${version}.cdx.json`), `${billOfMaterials({ name, version, packages })}\n`);
    writeFileSync(join(out, 'notes.md'), `${notes}\n`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  const sums = readdirSync(out)
    .sort()
    .map((file) => `${sha256(join(out, file))}  ${file}`);
  writeFileSync(join(out, 'SHA256SUMS'), `${sums.join('\n')}\n`);
  console.log(`${name} ${version}${dryRun ? ' (dry run)' : ''} in ${out}\n${sums.join('\n')}`);
}

/** Builds the zips into the staging folder and answers the packages in each bundle. */
function buildFunctions(staging) {
  const list = join(staging, 'packages.json');
  const build = join(root, 'lambdas', 'build.mjs');
  const args = [build, '--zip', '--out', join(staging, 'lambdas'), '--packages', list];
  execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return JSON.parse(readFileSync(list, 'utf8'));
}

function pack(cwd, files) {
  const file = join(out, `${name}-${version}.tar.gz`);
  return create({ cwd, file, gzip: { level: 9 }, portable: true, noMtime: false, mtime: NO_TIME }, files);
}

function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
