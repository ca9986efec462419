import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Results of checks by the content of what they read: a check that passed with this very content passes again. Nothing
 * is kept without a folder.
 */
export function createResults({ root, folder }) {
  const file = (name) => join(folder, `${name}.json`);
  return {
    find(name, key) {
      if (folder === undefined || !existsSync(file(name))) return undefined;
      const kept = JSON.parse(readFileSync(file(name), 'utf8'));
      return kept.key === key ? kept : undefined;
    },
    keep(name, key, { passed }) {
      if (folder === undefined) return;
      mkdirSync(folder, { recursive: true });
      const draft = `${file(name)}.${process.pid}`;
      writeFileSync(draft, JSON.stringify({ key, passed, at: new Date().toISOString() }));
      renameSync(draft, file(name));
    },
    keyOf: (inputs) => keyOf(root, inputs),
  };
}

/**
 * The hash of all files that git tracks or would track under `paths` without those under `except` (git's pathspecs),
 * and of the programs that judge them.
 */
function keyOf(root, { paths, except = [], programs = [] }) {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}\n`);
  for (const [program, ...args] of programs) hash.update(`${versionOf(program, args)}\n`);
  const specs = [...paths, ...except.map((path) => `:(exclude)${path}`)];
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...specs], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(join(root, path))).sort();
  if (files.length === 0) throw new Error(`No file matches ${paths.join(', ')}.`);
  for (const path of files) {
    const content = createHash('sha256')
      .update(readFileSync(join(root, path)))
      .digest('hex');
    hash.update(`${path}\0${content}\n`);
  }
  return hash.digest('hex');
}

/** What a program says about itself; one that is missing has no version, and its check explains that. */
function versionOf(program, args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return `no ${program}`;
  }
}
