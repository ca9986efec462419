import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CheckFailed, execute, mustRun, root, tool } from '../process.mjs';
import { terraformFolders } from '../terraform.mjs';
import { checkCheckov } from './checkov.mjs';
import { checkManifests } from './manifests.mjs';
import { pythonTool, tflint } from './tools.mjs';

const config = (name) => join(root, 'scripts', 'lint', name);

/**
 * Linters alone: nothing here runs the product. `npm test` leaves them to `yarn verify`, because they bring tools of
 * their own.
 */
export const linters = [
  {
    name: 'eslint',
    about: 'eslint, with rules that need types',
    run: async () => void (await mustRun(tool('eslint'), ['--max-warnings', '0', '.'])),
  },
  {
    name: 'layout',
    about: 'Prettier over all sources; "npx prettier --write ." lays them out',
    run: async () => void (await mustRun(tool('prettier'), ['--check', '.'], { show: false })),
  },
  {
    name: 'unused',
    about: 'knip: files, exports and packages that nothing uses',
    run: async () => void (await mustRun(tool('knip'), ['--no-progress', '--no-config-hints'])),
  },
  {
    name: 'tables',
    about: "the tables in every module's README against its .tf files",
    run: async () => void (await mustRun(process.execPath, [join('tests', 'repository', 'readme', 'tables.mjs')])),
  },
  { name: 'tflint', about: 'tflint, with the rules that it brings for Terraform', run: checkTflint },
  { name: 'checkov', about: 'checkov; every skip has a reason', run: checkCheckov },
  { name: 'shell', about: 'shellcheck of every script and of the rendered user data', run: checkShell },
  { name: 'python', about: 'ruff: the layout of every Python file, and its lint', run: checkPython },
  {
    name: 'manifests',
    about: 'kubernetes-validate, strictly, of the sample namespaces by several versions of Kubernetes',
    run: checkManifests,
  },
  { name: 'yaml', about: 'yamllint of every YAML file', run: checkYaml },
];

async function checkTflint() {
  const binary = await tflint();
  const folders = terraformFolders();
  let failed = 0;
  for (const folder of folders) {
    const { code } = await execute(
      binary,
      [`--config=${config('tflint.hcl')}`, '--call-module-type=none', '--format=compact'],
      { cwd: join(root, folder) },
    );
    if (code !== 0) failed += 1;
  }
  return { passed: folders.length - failed, failed };
}

async function checkShell() {
  const shellcheck = await pythonTool('shellcheck');
  const files = (await tracked()).filter(isScript);
  const scripts = [
    ...files.map((file) => ({ name: file, text: readFileSync(join(root, file), 'utf8') })),
    ...(await userData()),
  ];
  const folder = mkdtempSync(join(tmpdir(), 'verify-'));
  try {
    let failed = 0;
    for (const [number, { name, text, options = [] }] of scripts.entries()) {
      const copy = join(folder, `${number}-${basename(name)}`);
      writeFileSync(copy, text);
      const { code } = await execute(shellcheck, ['--severity=style', ...options, copy]);
      console.log(`${code === 0 ? 'pass' : 'FAIL'} ${name}`);
      if (code !== 0) failed += 1;
    }
    return { passed: scripts.length - failed, failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isScript(file) {
  const path = join(root, file);
  if (!existsSync(path) || !statSync(path).isFile() || file.endsWith('.tftpl')) return false;
  return /^#!.*\b(ba)?sh\b/.test(readFileSync(path, 'utf8').slice(0, 40));
}

/**
 * The template is a script only once Terraform has filled it in, so the plan's is judged, with what it unpacks in its
 * place: one for each text that differs.
 */
async function userData() {
  const { bootScriptOf, planOnce, resourcesOf, userDataOf } = await import('../../tests/terraform/render.mjs');
  const plan = await planOnce('shell');
  const templates = resourcesOf(plan).filter(({ type }) => type === 'aws_launch_template');
  const texts = new Map(
    templates.map(({ address, index }) => {
      const [head] = userDataOf(plan, index).split(/^script=/m);
      return [`${head}${bootScriptOf(plan, index)}`, address];
    }),
  );
  if (texts.size === 0) throw new CheckFailed('the plan has no launch template');
  // SC2034: some settings alone use what every machine asks for, such as its Region.
  const options = ['--exclude=SC2034'];
  return [...texts].map(([text, address]) => ({ name: `user data of ${address}`, text, options }));
}

async function checkYaml() {
  const files = await tracked('*.yml', '*.yaml');
  await mustRun(await pythonTool('yamllint'), ['--strict', '--config-file', config('yamllint.yaml'), ...files]);
  return { passed: files.length, failed: 0 };
}

async function checkPython() {
  const ruff = await pythonTool('ruff');
  const files = await tracked('*.py');
  // Both judge in any case: the layout of a file says nothing about its lint.
  const steps = [
    ['format', '--check', '--no-cache', ...files],
    ['check', '--no-cache', ...files],
  ];
  let failed = 0;
  for (const args of steps) if ((await execute(ruff, args)).code !== 0) failed += 1;
  return { passed: steps.length - failed, failed };
}

async function tracked(...patterns) {
  const { stdout } = await mustRun(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', ...(patterns.length > 0 ? ['--', ...patterns] : [])],
    { show: false },
  );
  return stdout.split('\n').filter(Boolean);
}
