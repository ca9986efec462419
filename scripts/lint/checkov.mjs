import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, root } from '../process.mjs';
import { pythonTool } from './tools.mjs';

const SHORTEST_REASON = 20;
/** No Terraform of ours to judge: installed packages, what tests generate, sources of other languages. */
const OTHER_FOLDERS = ['node_modules', '.sandbox', 'tests', 'sandbox', 'lambdas', 'namespaces'];

/** Its `skip-check` has the findings that all functions answer in the same way. */
const CONFIG = join(root, '.checkov.yaml');

/** Without the platform's own rules, which checkov would fetch: every finding comes from the pinned release. */
export async function checkCheckov() {
  const binary = await pythonTool('checkov');
  const args = [
    '--config-file',
    CONFIG,
    '--directory',
    root,
    '--framework',
    'terraform',
    '--skip-download',
    '--compact',
    '--output',
    'json',
  ];
  const leftOut = OTHER_FOLDERS.flatMap((folder) => ['--skip-path', `${root}/${folder}/`]);
  const { stdout, stderr } = await execute(binary, [...args, ...leftOut], {
    show: false,
    env: { ...process.env, LOG_LEVEL: 'ERROR' },
  });
  const { results, summary } = parse(stdout, stderr);
  for (const {
    check_id: id,
    check_name: name,
    resource,
    file_path: file,
    file_line_range: [line],
  } of results.failed_checks) {
    console.log(`FAIL ${id} ${name}: ${resource} (${file}:${line})`);
  }
  const silent = results.skipped_checks.filter(
    ({ check_result: { suppress_comment: reason } }) => (reason ?? '').trim().length < SHORTEST_REASON,
  );
  for (const { check_id: id, resource } of silent) console.log(`FAIL ${id} of ${resource} is skipped without a reason`);
  const unexplained = printSharedSkips(readFileSync(CONFIG, 'utf8'));
  printSkips(results.skipped_checks);
  console.log(`checkov: ${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped with a reason`);
  return { passed: summary.passed, failed: summary.failed + silent.length + unexplained + summary.parsing_errors };
}

/** Prints the skips of the configuration; answers how many have no reason. */
function printSharedSkips(config) {
  const skips = [...config.matchAll(/^ {2}- (CKV\w+)(?: # (.*))?$/gm)].map(([, id, reason = '']) => ({ id, reason }));
  const withoutReason = skips.filter(({ reason }) => reason.length < SHORTEST_REASON);
  for (const { id, reason } of skips) console.log(`skip ${id} .checkov.yaml ${reason}`);
  for (const { id } of withoutReason) console.log(`FAIL ${id} of .checkov.yaml is skipped without a reason`);
  return withoutReason.length;
}

/** A module that examples use is judged once for each of them; its skips are worth reading once. */
function printSkips(skips) {
  const lines = skips.map(
    ({ check_id: id, file_path: file, file_line_range: [line], check_result: { suppress_comment: reason } }) =>
      `skip ${id} ${file}:${line} ${reason}`,
  );
  for (const line of [...new Set(lines)].sort()) console.log(line);
}

function parse(stdout, stderr) {
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`checkov printed no JSON.\n${stdout}${stderr}`);
  }
}
