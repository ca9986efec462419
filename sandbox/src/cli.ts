import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLineOrEnd } from '../setup/command-line.cjs';
import { SANDBOX } from '../setup/programs.cjs';
import { destroy } from './commands/destroy';
import { down } from './commands/down';
import { shellEnvironment } from './lib/environment';
import { killProcessesNow } from './lib/processes';
import { createProgress } from './lib/progress';
import { replan } from './commands/replan';
import { readRecord, runningSandbox, sandboxPaths } from './lib/state';
import { describeStatus, status } from './commands/status';
import { up } from './commands/up';

// The terminal signals one Ctrl-C to npm, the setup script and this program, and the first two pass it on.
const SAME_KEYPRESS_MS = 1000;
const INTERRUPTED = 130;

class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

async function main(): Promise<number> {
  const { command, switches, numbers } = commandLineOrEnd(SANDBOX);
  const paths = sandboxPaths(root, process.env.SANDBOX_DIR);
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const json = switches.has('json');
  // With --json only the last line is for a program; the story goes to the other stream.
  const output = json ? process.stderr : process.stdout;
  const progress = createProgress({ write: (text) => void output.write(text), isTTY: output.isTTY === true });
  const port = numbers['port'];
  switch (command) {
    case 'run': {
      const { runSandbox } = await import('./commands/demo');
      return runSandbox({
        paths,
        progress,
        port,
        signal: interrupted(),
        json,
        keep: switches.has('keep'),
        print,
        live: output.isTTY === true,
      });
    }
    case 'up': {
      const sandbox = await up({ paths, progress, port, signal: interrupted() });
      print(
        `The sandbox is up: ${sandbox.webhook_url}\nLook at it: ${sandbox.page_url}\n` +
          `${paths.sandboxFile} says the rest; "npm run sandbox -- down" ends it.`,
      );
      return 0;
    }
    case 'down': {
      const ended = await down(paths);
      print(ended.length === 0 ? `No sandbox was up in ${paths.folder}.` : `Ended: ${ended.join(', ')}.`);
      return 0;
    }
    case 'status': {
      const found = await status(paths);
      print(json ? JSON.stringify(found) : describeStatus(found));
      return found.up ? 0 : 1;
    }
    case 'replan':
      return replan({ paths, print, signal: interrupted() });
    case 'destroy':
      return destroy({ paths, print, signal: interrupted() });
    case 'chaos': {
      const { runChaos } = await import('./commands/chaos');
      const flood = numbers['flood'];
      return runChaos({ paths, progress, signal: interrupted(), json, print, ...(flood !== undefined && { flood }) });
    }
    case 'operate': {
      const { runOperate } = await import('./commands/operate');
      return runOperate({ paths, progress, signal: interrupted() });
    }
    case 'hot': {
      const { hot } = await import('./commands/hot');
      return hot({ paths, progress, signal: interrupted() });
    }
    case 'burst': {
      const { burst } = await import('./commands/burst');
      return burst({ paths, progress, signal: interrupted() });
    }
    case 'saas': {
      const { saas } = await import('./commands/saas');
      return saas({ paths, progress, signal: interrupted(), keep: switches.has('keep') });
    }
    case 'apps': {
      const { apps } = await import('./commands/apps');
      const [keep, pictures] = [switches.has('keep'), switches.has('pictures')];
      return apps({ paths, progress, signal: interrupted(), keep, pictures });
    }
    case 'screenshots': {
      const { takeScreenshots } = await import('./commands/screenshots');
      return takeScreenshots({ paths, progress, signal: interrupted() });
    }
    case 'env':
      print(shellEnvironment(runningSandbox(paths).sandbox.aws));
      return 0;
    default:
      throw new Error(`"${command}" has no program yet.`);
  }

  /** Ctrl-C ends the work in an orderly way; a second one ends it now. */
  function interrupted(): AbortSignal {
    const controller = new AbortController();
    let first = 0;
    const stop = (signal: string): void => {
      if (first === 0) {
        first = Date.now();
        controller.abort(new Interrupted(`Stopped by ${signal}.`));
      } else if (Date.now() - first > SAME_KEYPRESS_MS) {
        killProcessesNow(readRecord(paths)?.processes ?? []);
        process.exit(INTERRUPTED);
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
    return controller.signal;
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof Interrupted ? INTERRUPTED : 1);
  },
);
