/** The few programs of a runner machine that a laptop must not run for real. */
import { JOB } from './job-files';

/**
 * GitHub's runner, as its user data sees it: takes one job, runs the hooks around it and the steps of a workflow's job,
 * and ends with the job. The configuration goes to our process by standard input: no list of processes shows it.
 */
export function runnerScript(url: string): string {
  return `#!/bin/bash
set -u
if [ "\${1:-}" != --jitconfig ] || [ -z "\${2:-}" ]; then
  echo 'run.sh: --jitconfig is missing' >&2
  exit 2
fi
call() { curl -sS --fail --noproxy '*' -X POST --data-binary @- '${url}'"$1"; }
printf '%s' "$2" | call /runner/connect || {
  echo 'run.sh: GitHub refused the configuration, or the runner was removed' >&2
  exit 1
}
echo
if [ -n "\${ACTIONS_RUNNER_HOOK_JOB_STARTED:-}" ]; then "$ACTIONS_RUNNER_HOOK_JOB_STARTED" || exit 1; fi
conclusion=''
if [ -f ${JOB.folder}/${JOB.script} ]; then
  conclusion=failure
  if bash ${JOB.folder}/${JOB.script} </dev/null >${JOB.folder}/${JOB.log} 2>&1; then conclusion=success; fi
fi
printf '%s' "$conclusion" | call /runner/finish || exit 1
echo
if [ -n "\${ACTIONS_RUNNER_HOOK_JOB_COMPLETED:-}" ]; then "$ACTIONS_RUNNER_HOOK_JOB_COMPLETED"; fi
exit 0
`;
}

export function shutdownScript(url: string): string {
  return `#!/bin/bash
exec curl -sS --fail --noproxy '*' -o /dev/null -X POST '${url}/shutdown'
`;
}

/** User data must not create users on a laptop, so these stubs report another user than root. */
export const ID_SCRIPT = `#!/bin/bash
if [ "$#" -eq 1 ] && [ "$1" = -u ]; then echo 1000; exit 0; fi
PATH="\${PATH#*:}"
exec id "$@"
`;

/**
 * Runs user data for as long as our process lives: the pipe on standard input closes when it ends, however it ends, and
 * the machine's whole process group ends with it.
 */
export const SUPERVISOR = `exec 3<&0
(read -r _ <&3; kill -KILL -- -$$) &
watch=$!
bash "$1" </dev/null 3<&-
code=$?
kill "$watch" 2>/dev/null
exit "$code"
`;
