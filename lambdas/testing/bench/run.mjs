// `yarn bench:sweep`, `bench:job`, `bench:launches`, `bench:memory`, `bench:mtr`, `bench:overview`: bundles the bench
// with what it measures, and runs it.
// The sweep runs in a process of its own, so that its memory is its own.
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../simulator/bundle.mjs';

const source = join(dirname(fileURLToPath(import.meta.url)), 'src');
const build = (name) => bundle(join(source, `${name}.ts`), `bench-${name.replace('/', '-')}`);
const PROGRAMS = {
  sweep: async () => ({ program: await build('cli'), env: { BENCH_SWEEPER: await build('sweeper') } }),
  job: async () => ({ program: await build('job-cli'), env: {} }),
  launches: async () => {
    const out = join(source, '../../../../.sandbox/bench');
    execFileSync(process.execPath, [join(source, '../../../build.mjs'), '--only', 'scale-up', '--out', out]);
    return {
      program: await build('launch-rate/cli'),
      env: { BENCH_WORKER: await build('launch-rate/worker'), BENCH_BUNDLE: join(out, 'build/scale-up/index.mjs') },
    };
  },
  overview: async () => {
    const out = join(source, '../../../../.sandbox/bench');
    execFileSync(process.execPath, [join(source, '../../../build.mjs'), '--zip', '--out', out]);
    return {
      program: await build('overview/cli'),
      env: {
        BENCH_WORKER: await build('launch-rate/worker'),
        BENCH_BUNDLE: join(out, 'build/scale-up/index.mjs'),
        BENCH_ZIPS: join(out, 'dist'),
      },
    };
  },
  memory: async () => {
    const out = join(source, '../../../../.sandbox/bench');
    execFileSync(process.execPath, [join(source, '../../../build.mjs'), '--out', out]);
    return {
      program: await build('memory/cli'),
      env: {
        BENCH_WORKER: await build('memory/worker'),
        BENCH_BUNDLES: join(out, 'build'),
        BENCH_ROOT: join(source, '../../../..'),
      },
    };
  },
  mtr: async () => {
    const cli = join(source, '../../../../cli');
    execFileSync(process.execPath, [join(cli, 'build.mjs')]);
    return { program: await build('mtr/cli'), env: { BENCH_MTR: join(cli, 'dist/mtr.mjs') } };
  },
};

const [name = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(PROGRAMS, name)) {
  console.error(`lambdas/testing/bench/run.mjs knows ${Object.keys(PROGRAMS).join(', ')}; it was given "${name}".`);
  process.exit(2);
}
const { program, env } = await PROGRAMS[name]();
const { status } = spawnSync(process.execPath, ['--enable-source-maps', program, ...args], {
  stdio: 'inherit',
  // The SDK's advice for its updaters says nothing about what is measured.
  env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env },
});
process.exitCode = status ?? 1;
