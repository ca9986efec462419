import { ATTACKS } from './attacks.mjs';

/**
 * GitHub's runner as the user data sees it. `run.sh` and the helper have the exit codes of actions/runner: of the
 * listener's own codes only 7 is passed on, only on request, and only when run.sh handles signals itself; nearly
 * everything else exits with 0.
 *
 * @param url where the listener sends its report, and asks for what the machine API has heard
 * @param imds the machine's metadata service, for jobs that ask it
 * @param behaviour one of the names in LISTENER or ATTACKS
 */
export function runnerFiles({ url, imds = '', behaviour = 'job', version }) {
  const listener = LISTENER[behaviour] ?? ATTACKS[behaviour];
  if (listener === undefined) throw new Error(`Unknown runner behaviour ${behaviour}.`);
  const files = {
    'run.sh': RUN,
    'run-helper.sh.template': HELPER,
    'bin/Runner.Listener':
      `#!/bin/bash\nIMDS='${imds}' CONTROL='${url}'\n` +
      `report() { curl -s --noproxy "*" --data-binary @- "$CONTROL/runner/$1" >/dev/null; }\n` +
      `${LISTENER_START}${listener}`,
  };
  return behaviour === 'broken'
    ? { ...files, 'run.sh': '#!/bin/bash\nexit 3\n' }
    : { ...files, ...(version && { '.ghr-image': `${version.name} ${version.since}\n` }) };
}

const RUN = `#!/bin/bash
here="$(cd "$(dirname "$0")" && pwd)"
once() { cp -f "$here/run-helper.sh.template" "$here/run-helper.sh" && chmod +x "$here/run-helper.sh"; }
if [ -z "\${RUNNER_MANUALLY_TRAP_SIG:-}" ]; then
  while once; do "$here/run-helper.sh" "$@"; [ $? -eq 2 ] || exit 0; done
  exit 1
fi
set -m
trap 'kill -INT -- "-$helper"' INT TERM
while once; do
  "$here/run-helper.sh" "$@" & helper=$!
  wait "$helper"; code=$?
  if [ "$code" -gt 128 ]; then wait "$helper"; code=$?; fi
  [ "$code" -eq 2 ] || exit "$code"
done
exit 1
`;

const HELPER = `#!/bin/bash
if [ "$(id -u)" -eq 0 ]; then echo 'the runner does not run as root'; exit 1; fi
"$(dirname "$0")/bin/Runner.Listener" run "$@"
code=$?
case "$code" in
  7) if [ "\${ACTIONS_RUNNER_RETURN_VERSION_DEPRECATED_EXIT_CODE:-}" = 1 ]; then exit 7; fi; exit 0 ;;
  2 | 3 | 4) exit 2 ;;
  *) exit 0 ;;
esac
`;

const LISTENER_START = `cd "$(dirname "$0")/.."
mkdir -p _diag && echo 'a line of the listener' >_diag/Runner_1.log
{ id -un; printf '%s\\n' "$@"; } | report arguments
env | sort | report environment
hook() { if [ -n "$1" ]; then bash -e "$1" >hook.log 2>&1; fi; }
job() {
  echo 'Running job: build'
  if hook "$ACTIONS_RUNNER_HOOK_JOB_STARTED"; then "$@"; fi
  hook "$ACTIONS_RUNNER_HOOK_JOB_COMPLETED"
  echo 'Job build completed with result: Succeeded'
}
`;

const LISTENER = {
  job: `steps() { ps -ef | report processes; echo 'a "quoted" \\\\ line with ünicode'; }
job steps
`,
  'outlasts-its-report': `steps() { until curl -sf --noproxy "*" "$CONTROL/reported"; do sleep 0.1; done; }
job steps
`,
  'notes-its-start': `date +%s%3N | report started
job true
`,
  'no-job': 'echo "The configuration was refused"; exit 1\n',
  waits: 'sleep 1000\n',
  deprecated: 'echo "Runner version v2.1.0 is deprecated and cannot receive messages."; exit 7\n',
  broken: '',
  hang: `steps() { touch /tmp/job-runs; sleep 1000; }
trap 'exit 0' INT
job steps & wait
`,
  // Longer in waiting for its job than a job may take, where tests say four seconds.
  late: `sleep 6; steps() { sleep 1; }
job steps
`,
  // With the disk as large as a laptop can spare.
  'fill-disk': `steps() { dd if=/dev/zero of=fill bs=1M count=400 2>/dev/null; }
job steps
`,
};
