import type { JobScript } from '../github/job-scripts';
import type { Step } from '../github/state/model';

/** Where they are put, below the runner's folder, and what `run.sh` runs. */
export const JOB = { folder: '_work', script: 'job.sh', log: 'job.log' } as const;

/**
 * The files of a job: a script that takes one step after the other in the job's workspace, and one for each `run`.
 * Of GitHub's runner they have the shell, the environment and the end at the first step that fails.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
 */
export function filesOf({ steps, env, cloneUrl }: JobScript): Readonly<Record<string, string>> {
  const given = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const taken = steps.flatMap((step, index) => linesOf(step, index, cloneUrl));
  const script = [
    'cd "$(dirname "$0")" || exit 1',
    'mkdir -p workspace temp',
    'export RUNNER_TEMP="$PWD/temp" GITHUB_WORKSPACE="$PWD/workspace"',
    ...given,
    'cd workspace',
    ...taken,
    '',
  ];
  const scripts = steps.flatMap((step, index) => (step.kind === 'run' ? [[nameOf(index), step.run] as const] : []));
  return { [JOB.script]: script.join('\n'), ...Object.fromEntries(scripts) };
}

const nameOf = (index: number): string => `step-${index + 1}.sh`;
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function linesOf(step: Step, index: number, cloneUrl: string): readonly string[] {
  switch (step.kind) {
    case 'action':
      return [`echo ${quoted(`##[error]The sandbox does not have the action ${step.uses}`)}`, 'exit 1'];
    case 'checkout':
      return [
        "echo '##[group]Run actions/checkout'",
        'git init --quiet . || exit 1',
        `git fetch --quiet --depth 1 ${quoted(cloneUrl)} ${quoted(step.ref || 'HEAD')} || exit 1`,
        'git checkout --quiet FETCH_HEAD || exit 1',
      ];
    case 'run': {
      const env = Object.entries(step.env).map(([name, value]) => `${name}=${quoted(value)}`);
      return [
        `echo ${quoted(`##[group]Run ${step.name}`)}`,
        `env ${[...env, 'bash', '-e', `../${nameOf(index)}`].join(' ')} || { echo "##[error]exit code $?"; exit 1; }`,
      ];
    }
  }
}

/** What a job may show: the values that it asked to mask are stars. */
export function masked(log: string): string {
  const lines = log.split('\n');
  const mask = '::add-mask::';
  const values = lines.filter((line) => line.startsWith(mask)).map((line) => line.slice(mask.length));
  return values
    .filter((value) => value !== '')
    .reduce((text, value) => text.replaceAll(value, '***'), lines.filter((line) => !line.startsWith(mask)).join('\n'));
}
