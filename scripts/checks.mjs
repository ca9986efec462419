import { join } from 'node:path';
import { ensureBundles } from '../sandbox/setup/bundles.mjs';
import { ensurePython, venvProgram } from '../sandbox/setup/python.mjs';
import { ensureRuntimes } from '../sandbox/setup/runtimes.mjs';
import { checkTerraformFormat, checkTerraformTests, checkTerraformValid } from './terraform.mjs';
import { checkRuntimes, jest } from './jest.mjs';
import { CheckFailed, execute, mustRun, root, tool } from './process.mjs';
import { findPostgres } from '../sandbox/setup/postgres.mjs';
import { linters } from './lint/linters.mjs';

const HCL = [
  '*.tf',
  'prices.json',
  '*.tftpl',
  '*.tfvars',
  '*.hcl',
  'modules',
  'examples',
  'tests/terraform',
  'scripts',
];
const TERRAFORM = [[process.env.SANDBOX_TERRAFORM ?? 'terraform', 'version']];
/** What no plan is made of, and no test of a plan reads. */
const NOT_PLANNED = [
  'sandbox/src',
  'sandbox/aws',
  'lambdas/testing',
  'lambdas/**/*.test.ts',
  ...['examples', 'isolation', 'machine', 'model', 'mutation', 'repository'].map((name) => `tests/${name}`),
];

/**
 * In the order in which they start and are printed: what is quick and most often broken, then the longest. `yarn
 * verify` runs the linters alone. A check with `inputs` reads nothing else, and is left out while they are as they were
 * when it passed.
 */
export const checks = [
  {
    name: 'types',
    about: 'the TypeScript compiler over all sources',
    linter: true,
    run: async () => {
      await mustRun(tool('tsc'), ['--noEmit']);
      // It is for browsers, which know other types.
      await mustRun(tool('tsc'), ['--noEmit', '--project', 'page']);
    },
  },
  { name: 'format', about: 'terraform fmt', linter: true, run: checkTerraformFormat },
  { name: 'repository', about: 'jest: what two places of the repository must agree on', run: () => jest('tests') },
  { name: 'lambdas', about: 'jest: decisions, handlers, contracts on DynamoDB Local', run: () => jest('lambdas') },
  {
    name: 'model',
    about: 'every interleaving of the launch protocol in small worlds',
    inputs: { paths: ['tests/model', 'scripts'], programs: [['python3', '--version']] },
    run: () => countedBy(join('tests', 'model', 'run.mjs')),
  },
  {
    name: 'mutation',
    about: 'each promise broken in the code once: the tests notice',
    inputs: {
      paths: [
        'lambdas',
        'page',
        'tests/mutation',
        'sandbox/runtimes',
        'scripts',
        '*.tf',
        'prices.json',
        'package.json',
        'yarn.lock',
        'jest.preset.cjs',
      ],
    },
    run: () => countedBy(join('tests', 'mutation', 'run.mjs')),
  },
  {
    name: 'iam',
    about: 'the rendered policies, judged by an IAM simulator',
    inputs: { paths: ['.'], except: NOT_PLANNED, programs: TERRAFORM },
    run: () => countedBy(join('tests', 'iam', 'run.mjs')),
  },
  {
    name: 'plan',
    about: 'terraform test',
    inputs: { paths: HCL, programs: TERRAFORM },
    run: checkTerraformTests,
  },
  {
    name: 'validate',
    about: 'terraform validate of the module, its parts and the examples',
    linter: true,
    inputs: { paths: HCL, programs: TERRAFORM },
    run: checkTerraformValid,
  },
  {
    name: 'runtimes',
    about: 'jest: handlers, adapters and bundles on each runtime that Lambda may be given',
    run: checkRuntimes,
  },
  { name: 'page', about: 'jest: what the page says of facts, and its bundle', run: () => jest('page') },
  { name: 'cli', about: 'jest: mtr, in memory and on DynamoDB Local', run: () => jest('cli') },
  { name: 'sandbox', about: 'jest: fake GitHub, machines, setup', run: checkSandbox },
  { name: 'emulator', about: 'what the sandbox adds to the AWS emulator', run: checkEmulator },
  {
    name: 'machine',
    about: 'the boot script, run in a system of its own (root only)',
    lane: 'waiting',
    run: () => countedBy(join('tests', 'machine', 'run.mjs')),
  },
  {
    name: 'example',
    about: 'the complete example applied to the emulator, planned again, destroyed: nothing is left',
    run: checkExample,
  },
  {
    name: 'demo',
    about:
      'the whole system in the sandbox, operated by mtr, attacked, searched for secrets and unused rights; then a ' +
      'second plan that must be empty, a drain and a destroy that leave nothing',
    lane: 'waiting',
    run: checkDemo,
  },
  {
    name: 'namespaces',
    about: "jest: a tenant's manifests against tables of personas, pods, connections and quantities, and their mutants",
    linter: true,
    inputs: { paths: ['namespaces', 'modules/tenant-namespace', 'examples/tenant-namespace', 'docs/kubernetes.md'] },
    run: () => jest('namespaces'),
  },
  {
    name: 'accounts',
    about: "the tenants' example applied to the emulator: the same files as the command's, own role, own prefix",
    linter: true,
    inputs: {
      paths: ['namespaces/src', 'tests/namespaces', 'modules/tenant-namespace', 'examples/tenant-namespace', 'sandbox'],
      programs: TERRAFORM,
    },
    run: checkAccounts,
  },
  {
    name: 'saas',
    about: "the platform's example in the emulator: its tenants' tasks answer, reach nothing of each other's, and go",
    lane: 'waiting',
    inputs: {
      paths: ['sandbox', 'modules/tenant-app', 'examples/saas-platform', 'scripts'],
      programs: TERRAFORM,
    },
    run: () => checkPlatform('saas', 'apps'),
  },
  {
    name: 'apps',
    about:
      'two tenants push in the emulator: their apps answer, bad versions never do, and one that is deleted is gone',
    lane: 'waiting',
    inputs: {
      paths: [...HCL, 'lambdas', 'sandbox', 'scripts'],
      programs: TERRAFORM,
    },
    run: () => checkPlatform('apps', 'push'),
  },
  {
    name: 'database',
    about: "the platform's SQL on a real PostgreSQL: what each tenant may in each tenant's schema",
    inputs: { paths: ['tests/database', 'sandbox/setup/postgres.mjs', 'examples/saas-platform/sql'] },
    run: checkDatabase,
  },
  ...linters.map((linter) => ({ ...linter, linter: true, onlyByName: true })),
];

/** A contract of its tests runs against the emulator. */
async function checkSandbox() {
  await ensurePython({ root, log: (line) => console.log(line) });
  return jest('sandbox');
}

async function checkEmulator() {
  const log = (line) => console.log(line);
  await ensurePython({ root, log });
  await ensureRuntimes({ root, log });
  const python = venvProgram(root, 'python');
  const { code, stderr } = await execute(
    python,
    ['-m', 'unittest', 'discover', '-s', join('sandbox', 'aws', 'tests'), '-t', join('sandbox', 'aws')],
    { show: false },
  );
  process.stdout.write(stderr);
  const ran = Number(/^Ran (\d+) test/m.exec(stderr)?.[1] ?? 0);
  const failed = Number(/failures=(\d+)/.exec(stderr)?.[1] ?? 0) + Number(/errors=(\d+)/.exec(stderr)?.[1] ?? 0);
  if (ran === 0 || (code !== 0 && failed === 0)) throw new CheckFailed('the tests of the emulator did not run');
  return { passed: ran - failed, failed };
}

/** A program that ends with the line "N passed, N failed". */
async function countedBy(program) {
  const { code, stdout } = await execute(process.execPath, [program]);
  const counted = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/m.exec(stdout);
  if (counted === null) throw new CheckFailed(`${program} came to no result (exit code ${code})`);
  return { passed: Number(counted[1]), failed: Number(counted[2]), skipped: Number(counted[3] ?? 0) };
}

async function checkExample() {
  await ensureBundles({ root, log: (line) => console.log(line) });
  const { code, stdout } = await execute(tool('tsx'), [join('tests', 'examples', 'run.ts')], {
    env: { ...process.env, SANDBOX_DIR: join(root, '.sandbox', 'example') },
  });
  const counted = /^(\d+) passed, (\d+) failed$/m.exec(stdout);
  if (code !== 0 || counted === null) throw new CheckFailed(`the complete example failed (exit code ${code})`);
  return { passed: Number(counted[1]), failed: Number(counted[2]) };
}

async function checkAccounts() {
  const { stdout } = await execute(tool('tsx'), [join('tests', 'namespaces', 'run.ts')], {
    env: { ...process.env, SANDBOX_DIR: join(root, '.sandbox', 'namespaces') },
  });
  const counted = /^(\d+) passed, (\d+) failed$/m.exec(stdout);
  if (counted === null) throw new CheckFailed('the example of the namespaces came to no result');
  return { passed: Number(counted[1]), failed: Number(counted[2]) };
}

/** A command of the sandbox that plays with apps, in a folder of its own. */
async function checkPlatform(command, folder) {
  const { code, stdout } = await execute(process.execPath, [join('sandbox', 'setup', 'run.mjs'), 'sandbox', command], {
    env: { ...process.env, SANDBOX_DIR: join(root, '.sandbox', folder) },
  });
  const [, held, all] = /^(\d+) of (\d+) expectations held$/m.exec(stdout) ?? [];
  if (all === undefined) throw new CheckFailed(`the platform came to no result (exit code ${code})`);
  return { passed: Number(held), failed: Number(all) - Number(held) };
}

async function checkDatabase() {
  // Without one the check is skipped, not failed.
  findPostgres();
  return countedBy(join('tests', 'database', 'run.mjs'));
}

async function checkDemo() {
  await ensureBundles({ root, log: (line) => console.log(line) });
  const env = { ...process.env, SANDBOX_DIR: join(root, '.sandbox', 'end-to-end') };
  const sandbox = (...args) =>
    execute(process.execPath, [join('sandbox', 'setup', 'run.mjs'), 'sandbox', ...args], { env });
  try {
    const demo = await sandbox('--json', '--keep');
    if (demo.code !== 0) throw new CheckFailed(`the demo failed; its logs are in ${env.SANDBOX_DIR}`);
    const operate = await sandbox('operate');
    const chaos = await sandbox('chaos');
    const replan = await sandbox('replan');
    if (chaos.code !== 0)
      throw new CheckFailed(`a promise did not hold under chaos; its logs are in ${env.SANDBOX_DIR}`);
    if (operate.code !== 0) throw new CheckFailed(`a verb of mtr failed; the sandbox's logs are in ${env.SANDBOX_DIR}`);
    if (replan.code !== 0) throw new CheckFailed('a second terraform plan is not empty');
    const destroy = await sandbox('destroy');
    if (destroy.code !== 0) throw new CheckFailed('after the drain and terraform destroy something is left');
    return { passed: 5, failed: 0 };
  } finally {
    await sandbox('down');
  }
}
