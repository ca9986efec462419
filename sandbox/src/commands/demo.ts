import { awsCliFolder } from '../../setup/python.mjs';
import { runDemo } from '../scenarios/demo/index';
import { down } from './down';
import type { SandboxFile } from '../lib/state';
import { up, type UpOptions } from './up';

interface RunOptions extends UpOptions {
  readonly json: boolean;
  readonly keep: boolean;
  readonly live: boolean;
  readonly print: (text: string) => void;
}

/** `npm run sandbox`: up, the demo, its table, down. Exit code 0 only when every expectation of the demo held. */
export async function runSandbox(options: RunOptions): Promise<number> {
  const { progress, json, keep, print } = options;
  const started = Date.now();
  try {
    const sandbox = await up({ ...options, owner: keep ? undefined : process.pid });
    const demo = await demonstrate(options, sandbox);
    progress.line(`\n${demo.table}\n`);
    if (keep) {
      progress.line(`Look at it: ${sandbox.page_url}`);
      progress.line(`The sandbox is left up: ${sandbox.webhook_url}; "npm run sandbox -- down" ends it.`);
    }
    if (json)
      print(JSON.stringify({ ...demo.result, ok: demo.ok, seconds: Math.round((Date.now() - started) / 100) / 10 }));
    return demo.ok ? 0 : 1;
  } catch (error) {
    if (json) print(JSON.stringify({ ok: false, error: error instanceof Error ? error.message : String(error) }));
    throw error;
  }
}

/** Leaves the sandbox up only where that was asked for and the demo came to its end. */
async function demonstrate(options: RunOptions, sandbox: SandboxFile): ReturnType<typeof runDemo> {
  let finished = false;
  try {
    const demo = await untilAborted(options.signal, startDemo(options, sandbox));
    finished = true;
    return demo;
  } finally {
    if (!(options.keep && finished)) await down(options.paths);
  }
}

function startDemo(options: RunOptions, sandbox: SandboxFile): ReturnType<typeof runDemo> {
  const folder = awsCliFolder(options.paths.root);
  return runDemo({
    sandbox,
    ...(folder === undefined ? {} : { aws_cli_folder: folder }),
    live: options.live,
    write: options.progress.line,
    signal: options.signal,
  });
}

function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);
}
