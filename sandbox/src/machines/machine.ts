import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listen, match, route, type Answer, type Call, type Listening, type Route } from '../lib/http';
import { lowerPriority } from '../lib/lower-priority';
import { machineUrlOf } from '../lib/machine-address';
import type { SessionEnd } from '../github/scheduler/sessions';
import type { Session } from '../github/scheduler/job-scheduler';
import type { JobScript } from '../github/job-scripts';
import { CONCLUSIONS, type Conclusion } from '../github/state/model';
import { oneOf } from '../lib/json';
import { createImds } from './imds';
import { filesOf, JOB, masked } from './job-files';
import type { Launcher, MachineFacts } from './launcher';
import { openMachineLog, withoutSecrets, type MachineLog } from './log';
import { ID_SCRIPT, runnerScript, shutdownScript, SUPERVISOR } from './stubs';

export interface MachineOptions {
  readonly facts: MachineFacts;
  readonly launcher: Launcher;
  readonly connect: (jitConfig: string) => Session | undefined;
  /** Absent: jobs have no steps. */
  readonly jobs?: MachineJobs;
  readonly awsEndpoint: string;
  readonly workDirectory: string;
  readonly logFile: string;
  /** Where the machine finds its programs; nothing else of our environment reaches it. */
  readonly path: string;
}

/** Of jobs with steps: what to do, how it ended, and where its output is kept. */
export interface MachineJobs {
  readonly scriptOf: (jobId: number) => JobScript | undefined;
  readonly end: (jobId: number, conclusion: Conclusion) => void;
  readonly logFile: (jobId: number) => string;
}

export interface Machine {
  readonly facts: MachineFacts;
  readonly logFile: string;
  readonly runnerName: () => string | undefined;
  /** Pulls the plug: what runs on it is killed, its runner goes offline. */
  readonly end: (why: string) => Promise<void>;
}

export async function bootMachine(options: MachineOptions): Promise<Machine> {
  const { facts, launcher, workDirectory } = options;
  const log = openMachineLog(options.logFile);
  log.note(`${facts.instanceId} (${facts.instanceType}) boots`);
  const runner = createRunnerSide(options, log);
  const imds = createImds(facts, () => launcher.credentials(facts.instanceId));
  const own: readonly Route[] = [
    ...runner.routes,
    route('POST', '/shutdown', async () => {
      log.note('shutdown');
      await launcher.shutDown(facts.instanceId);
      return { status: 204 };
    }),
  ];
  const server = await listen(0, (call) => {
    const found = match(own, call.method, call.path);
    return found === undefined ? imds(call) : found.route.handle(call);
  });
  await prepareWorkDirectory(workDirectory, facts, `http://127.0.0.1:${server.port}`);
  const child = start(options, server, log);
  return {
    facts,
    logFile: options.logFile,
    runnerName: runner.name,
    end: async (why) => {
      log.note(`ends: ${why}`);
      killGroup(child);
      runner.disconnect();
      await server.close();
      log.close();
      await rm(workDirectory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

interface RunnerSide {
  readonly routes: readonly Route[];
  readonly name: () => string | undefined;
  readonly disconnect: () => void;
}

/** Calls of run.sh: connect with a configuration until there is a job, then wait until that has ended. */
function createRunnerSide({ connect, jobs, workDirectory }: MachineOptions, log: MachineLog): RunnerSide {
  let session: Session | undefined;
  let taken: number | undefined;
  const folder = join(workDirectory, 'runner', JOB.folder);
  const gone = (call: Call): Promise<'gone'> =>
    new Promise((resolve) => call.gone.addEventListener('abort', () => resolve('gone'), { once: true }));
  const lost = (): Answer => {
    session?.disconnect();
    return { status: 410 };
  };
  const close = (end: SessionEnd): Answer => {
    log.note(`the runner ends: ${end.reason}${end.conclusion === undefined ? '' : ` (${end.conclusion})`}`);
    return end.reason === 'job-ended' ? { status: 200, body: 'the job has ended' } : { status: 410 };
  };
  return {
    routes: [
      route('POST', '/runner/connect', async (call) => {
        session = connect(call.body.toString());
        if (session === undefined) {
          log.note('GitHub knows no runner of this configuration, or it is connected already');
          return { status: 409 };
        }
        log.note(`the runner ${session.runner.name} is online`);
        const first = await Promise.race([session.hasJob, session.ended, gone(call)]);
        if (first === 'gone') return lost();
        if (typeof first === 'object') return close(first);
        log.note(`takes job ${first}`);
        taken = first;
        const script = jobs?.scriptOf(first);
        if (script !== undefined) await writeFiles(folder, filesOf(script));
        return { status: 200, body: `running job ${first}` };
      }),
      route('POST', '/runner/finish', async (call) => {
        if (session === undefined) return { status: 409 };
        const conclusion = oneOf(CONCLUSIONS, call.body.toString());
        if (taken !== undefined && jobs !== undefined && conclusion !== undefined) {
          await keepLog(join(folder, JOB.log), jobs.logFile(taken));
          jobs.end(taken, conclusion);
        }
        const end = await Promise.race([session.ended, gone(call)]);
        return end === 'gone' ? lost() : close(end);
      }),
    ],
    name: () => session?.runner.name,
    disconnect: () => session?.disconnect(),
  };
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content, { mode: 0o600 });
}

async function keepLog(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const lines = masked(await readFile(from, 'utf8')).split('\n');
  await writeFile(to, lines.map(withoutSecrets).join('\n'));
}

async function prepareWorkDirectory(directory: string, facts: MachineFacts, url: string): Promise<void> {
  for (const name of ['bin', 'runner', 'home', 'tmp']) await mkdir(join(directory, name), { recursive: true });
  const executable = { mode: 0o755 };
  await writeFile(join(directory, 'bin/shutdown'), shutdownScript(url), executable);
  await writeFile(join(directory, 'bin/id'), ID_SCRIPT, executable);
  await writeFile(join(directory, 'runner/run.sh'), runnerScript(url), executable);
  await writeFile(join(directory, 'user-data.sh'), facts.userData, executable);
}

function start(options: MachineOptions, server: Listening, log: MachineLog): ChildProcess {
  const { workDirectory: directory } = options;
  const imds = `http://127.0.0.1:${server.port}`;
  const machineUrl = machineUrlOf(options.facts.userData, options.awsEndpoint);
  const child = spawn('bash', ['-c', SUPERVISOR, 'machine', join(directory, 'user-data.sh')], {
    cwd: directory,
    // A group of its own, so that whatever the machine starts ends with it.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: `${join(directory, 'bin')}:${options.path}`,
      HOME: join(directory, 'home'),
      TMPDIR: join(directory, 'tmp'),
      LANG: 'C.UTF-8',
      GHR_IMDS_URL: imds,
      GHR_RUNNER_DIR: join(directory, 'runner'),
      ...(machineUrl !== undefined && { GHR_MACHINE_URL: machineUrl }),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: imds,
      AWS_ENDPOINT_URL: options.awsEndpoint,
    },
  });
  // On AWS a machine has processors of its own: here forty that boot at once would keep everything else from working.
  if (child.pid !== undefined) lowerPriority(child.pid);
  child.on('error', (error) => log.note(`user data could not be started: ${error.message}`));
  // Not at its exit: lines of its output may still be on their way.
  child.on('close', (code, signal) => log.note(`user data has ended (${signal ?? code})`));
  child.stdin.on('error', () => undefined);
  log.follow(child.stdout);
  log.follow(child.stderr);
  return child;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The whole group has ended by itself.
  }
}
