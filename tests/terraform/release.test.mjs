// A release, as a user meets it: an archive at an address, which Terraform takes as a module with its functions built.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { list } from 'tar';
import { findTerraform } from '../../sandbox/setup/provider-mirror.mjs';
import { changelogSection } from '../../scripts/release/changelog.mjs';
import { ROOT, initialise } from './render.mjs';

const run = promisify(execFile);
const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const ARCHIVE = `${name}-${version}.tar.gz`;

describe('a release', () => {
  let folder;
  let server;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'release-test-'));
    await run(process.execPath, [join(ROOT, 'scripts', 'release.mjs'), '--dry-run', '--out', folder]);
    server = createServer((_, response) => response.end(readFileSync(join(folder, ARCHIVE))));
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
  });
  after(async () => {
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true, force: true });
  });

  it('lists the checksum of each of its files', () => {
    const sums = Object.fromEntries(
      readFileSync(join(folder, 'SHA256SUMS'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split('  ').reverse()),
    );
    const files = readdirSync(folder).filter((file) => file !== 'SHA256SUMS');
    assert.deepEqual(Object.keys(sums).sort(), files.sort());
    for (const file of files) {
      assert.equal(
        sums[file],
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
      );
    }
  });

  it('names each function’s packages, with version and license', () => {
    const { components } = JSON.parse(readFileSync(join(folder, `${name}-${version}.cdx.json`), 'utf8'));
    assert.ok(components.length > 0);
    for (const { name: component, version: of, licenses, properties } of components) {
      assert.ok(of && licenses?.length > 0 && properties.length > 0, component);
    }
    const holders = new Set(components.flatMap(({ properties }) => properties.map(({ value }) => value)));
    assert.deepEqual([...holders].sort(), readdirSync(join(ROOT, 'lambdas', 'functions')).sort());
  });

  it('holds the module, its functions and its documents, and neither sources nor tests', async () => {
    const files = [];
    await list({ file: join(folder, ARCHIVE), onReadEntry: ({ path }) => files.push(path) });
    for (const file of ['main.tf', 'README.md', 'LICENSE', 'modules/webhook/main.tf', 'lambdas/dist/webhook.zip']) {
      assert.ok(files.includes(file), file);
    }
    assert.deepEqual(
      files.filter((file) => /\.ts$|^(sandbox|tests|scripts)\//.test(file)),
      [],
    );
  });

  it('is a source for Terraform by its address', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'release-user-'));
    const { port } = server.address();
    const example = readFileSync(join(ROOT, 'examples', 'approval', 'main.tf'), 'utf8');
    assert.match(example, /source *= "\.\.\/\.\.\/"/);
    const source = `http://127.0.0.1:${port}/${ARCHIVE}`;
    writeFileSync(join(cwd, 'main.tf'), example.replace(/source *= "\.\.\/\.\.\/"/, `source = "${source}"`));
    for (const file of ['variables.tf', 'versions.tf']) {
      writeFileSync(join(cwd, file), readFileSync(join(ROOT, 'examples', 'approval', file), 'utf8'));
    }
    try {
      const env = await initialise('release', cwd);
      const { stdout } = await run(findTerraform(), ['validate', '-no-color'], { cwd, env });
      assert.match(stdout, /The configuration is valid/);
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });
});

describe('the notes of a release', () => {
  const changelog = '# Changelog\n\n## [Unreleased]\n\n- next\n\n## [0.2.0] - 2026-12-01\n\n- this\n\n## [0.1.0]\n\n';

  it('are the section of its version', () => assert.equal(changelogSection(changelog, '0.2.0'), '- this'));

  it('are what is unreleased in a dry run alone', () => {
    assert.equal(changelogSection(changelog, '0.3.0', { allowUnreleased: true }), '- next');
    assert.throws(() => changelogSection(changelog, '0.3.0'), /CHANGELOG\.md has no section for 0\.3\.0/);
  });

  it('may not be empty', () => assert.throws(() => changelogSection(changelog, '0.1.0'), /has no section/));
});

describe('the layout that the Terraform registry asks for', () => {
  const at = (...path) => readdirSync(join(ROOT, ...path));

  it('has a readme, a license and the standard files at the root and in each module', () => {
    for (const file of ['README.md', 'LICENSE', 'main.tf', 'variables.tf', 'outputs.tf'])
      assert.ok(at().includes(file), file);
    for (const module of at('modules')) {
      for (const file of ['README.md', 'variables.tf', 'outputs.tf', 'versions.tf']) {
        assert.ok(at('modules', module).includes(file), `modules/${module}/${file}`);
      }
    }
  });

  it('has examples with a readme each', () => {
    for (const example of at('examples')) assert.ok(at('examples', example).includes('README.md'), example);
  });

  it('has a version that a tag can carry', () => assert.match(version, /^\d+\.\d+\.\d+$/));
});
