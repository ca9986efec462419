import { execFileSync } from 'node:child_process';

/**
 * What users of the module get: the module, its documents and its examples. Sources, tests and the sandbox stay out.
 */
const SHIPPED = [
  /^[^/]+\.tf$/,
  /^prices\.json$/,
  /^(README|CHANGELOG|SECURITY)\.md$/,
  /^LICENSE$/,
  /^(docs|images|modules)\//,
  /^examples\/(?!sandbox\/)/,
];

/** The shipped files that git tracks, relative to the root, in an order that never changes. */
export function moduleFiles(root) {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  return tracked.filter((file) => SHIPPED.some((pattern) => pattern.test(file))).sort();
}
