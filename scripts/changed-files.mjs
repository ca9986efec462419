import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The files of the work at hand: what a branch and the working tree have beyond main, or, on main itself, beyond the
 * commit before the last. A clone that holds a single commit has changes of the working tree alone.
 */
export function changedFiles(root) {
  const names = [
    ...list(root, 'diff', '--name-only', '--relative', '-z', base(root)),
    ...list(root, 'ls-files', '--others', '--exclude-standard', '-z'),
  ];
  return [...new Set(names)].filter((file) => existsSync(join(root, file)));
}

function base(root) {
  const head = commit(root, 'rev-parse', 'HEAD');
  for (const main of ['origin/main', 'main']) {
    const common = commit(root, 'merge-base', 'HEAD', main);
    if (common !== undefined && common !== head) return common;
  }
  return commit(root, 'rev-parse', '--verify', '--quiet', 'HEAD~1') ?? head ?? EMPTY_TREE;
}

/** Git's name for a tree without files: what a repository without commits is compared with. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

function commit(root, ...args) {
  try {
    const found = execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return found.trim() === '' ? undefined : found.trim();
  } catch {
    return undefined;
  }
}

function list(root, ...args) {
  const found = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return found.split('\0').filter((file) => file !== '');
}
