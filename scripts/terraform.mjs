import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SetupError } from '../sandbox/setup/command.mjs';
import { findTerraform, prepareTerraform } from '../sandbox/setup/provider-mirror.mjs';
import { CheckFailed, execute, mustRun, root } from './process.mjs';

/** Terraform and where its provider comes from; what can't be had is said once, as "not tested". */
async function terraform() {
  try {
    const binary = findTerraform();
    const { env } = await prepareTerraform({ folder: join(root, '.sandbox', 'terraform-tests') });
    return { binary, env };
  } catch (error) {
    if (error instanceof SetupError) error.missingTool = true;
    throw error;
  }
}

export async function checkTerraformFormat() {
  const { binary, env } = await terraform();
  await mustRun(binary, ['fmt', '-check', '-recursive', '-diff'], { env });
}

export async function checkTerraformValid() {
  const { binary, env } = await terraform();
  const folders = terraformFolders();
  for (const folder of folders) {
    const own = { ...env, TF_DATA_DIR: dataFolder(folder) };
    await mustRun(binary, ['init', '-backend=false', '-input=false'], {
      cwd: join(root, folder),
      env: own,
      show: false,
    });
    await mustRun(binary, ['validate', '-no-color'], { cwd: join(root, folder), env: own, show: false });
    console.log(`${folder}: valid`);
  }
  return { passed: folders.length, failed: 0 };
}

export async function checkTerraformTests() {
  const { binary, env } = await terraform();
  const own = { ...env, TF_DATA_DIR: dataFolder('plan') };
  const folder = join('tests', 'terraform');
  await mustRun(binary, ['init', '-backend=false', '-input=false', `-test-directory=${folder}`], {
    env: own,
    show: false,
  });
  const { code, stdout } = await execute(binary, ['test', '-json', `-test-directory=${folder}`], {
    env: own,
    show: false,
  });
  const events = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  for (const event of events) {
    if (event.type === 'test_run' && event.test_run.progress !== 'complete') continue;
    if (event.type === 'test_run')
      console.log(
        `${event.test_run.status === 'pass' ? 'pass' : 'FAIL'} ${event.test_run.path}: ${event.test_run.run}`,
      );
    if (event.type === 'diagnostic' && event['@level'] === 'error')
      console.log(`     ${event.diagnostic.summary}: ${event.diagnostic.detail}`);
  }
  const summary = events.find((event) => event.type === 'test_summary')?.test_summary;
  if (summary === undefined || summary.passed + summary.failed === 0)
    throw new CheckFailed(`terraform test ran nothing (exit code ${code})`);
  return { passed: summary.passed, failed: summary.failed + (summary.errored ?? 0), skipped: summary.skipped };
}

/** The module, its parts, the examples. */
export const terraformFolders = () => ['.', ...subfolders('modules'), ...subfolders('examples')];

const dataFolder = (folder) =>
  join(root, '.sandbox', 'terraform-tests', folder === '.' ? 'root' : folder.replaceAll('/', '-'));

function subfolders(parent) {
  const folder = join(root, parent);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && readdirSync(join(folder, entry.name)).some((name) => name.endsWith('.tf')),
    )
    .map((entry) => relative(root, join(folder, entry.name)));
}
