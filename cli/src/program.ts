import { SECOND } from '@multi-tenant-runner/core';
import { Command, Option } from 'commander';
import type { Answer } from './answer';
import { freezeUntil, listDeadLetters, redrive, setLaunches } from './commands/operations';
import { SHELLS, completionOf } from './completion';
import type { Fleet } from './fleet';
import type { Target } from './connect';
import { serveMcp } from './mcp/serve';
import { change, changeOptions } from './options';
import { FORMATS, decideFormat, render, type Format } from './output/render';
import { EXIT, Problem, usage } from './problem';
import type { Answering, Answers, ProgramDeps } from './program-deps';
import { timeToCome } from './read/parse-time';
import { addApp } from './verbs/app';
import { addApps } from './verbs/apps';
import { addAudit } from './verbs/audit';
import { addDoctor } from './verbs/doctor';
import { addJobs } from './verbs/jobs';
import { addLocks } from './verbs/locks';
import { addNamespaces } from './verbs/namespaces';
import { addOpen } from './verbs/open';
import { addPins } from './verbs/pins';
import { addRunners } from './verbs/runners';
import { addTenants } from './verbs/tenants';
import { addUsage } from './verbs/usage';

interface CommonOptions {
  readonly prefix?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly output: Format | 'auto';
  readonly watch?: boolean;
}

/** The names of those that change nothing and have something new to say later. */
const SHOWING: ReadonlySet<string> = new Set([
  ...['list', 'show', 'why', 'waiting', 'limits', 'images', 'stats', 'report', 'doctor', 'search', 'deployments'],
]);
const WATCH_EVERY = 5 * SECOND;
const CLEAR_SCREEN = '\u001b[H\u001b[2J';

/** The whole command line; nothing here decides anything about a fleet. */
export function createProgram(deps: ProgramDeps): Command {
  const program = new Command('mtr')
    .description('Operates a fleet of GitHub Actions runners for many tenants.')
    .version(deps.version, '--version', 'which mtr this is')
    .option('--prefix <name>', "the module's prefix; also MTR_PREFIX")
    .option('--region <name>', 'the AWS Region; else as the AWS CLI finds it')
    .option('--profile <name>', 'the AWS profile; else as the AWS CLI finds it')
    .addOption(new Option('--output <format>', 'how answers look').choices(['auto', ...FORMATS]).default('auto'))
    .option('--watch', 'of a command that shows: again every five seconds, until it is interrupted')
    .hook('preAction', (_, command) => {
      if (program.opts<CommonOptions>().watch === true && !SHOWING.has(command.name()))
        throw usage(`--watch is for commands that show, such as "mtr waiting"; ${command.name()} is none of them.`);
    })
    .showSuggestionAfterError()
    .showHelpAfterError('--help says what it takes.')
    .configureHelp({ showGlobalOptions: true });

  const show = (found: Answer): void => {
    const format = decideFormat(program.opts<CommonOptions>().output, deps.isTerminal);
    deps.write(render(found, format, deps.paint));
  };
  const print = (found: Answer): void => {
    show(found);
    if (found.kind === 'rows' && found.problem !== undefined) throw new Problem(found.problem, EXIT.failed);
  };
  const target = (): Target => {
    const { prefix = deps.defaultPrefix, region, profile } = program.opts<CommonOptions>();
    if (prefix === undefined || prefix === '')
      throw usage('Which fleet? Give --prefix, the prefix of the module, or set MTR_PREFIX.');
    return {
      prefix,
      ...(region !== undefined && { region }),
      ...(profile !== undefined && { profile }),
    };
  };
  const connect = (): Promise<Fleet> => deps.connect(target());
  const answer: Answering = async (run) => {
    const fleet = await deps.progress(connect);
    const look = (): Promise<Answer> => deps.progress(() => run(fleet));
    if (program.opts<CommonOptions>().watch !== true) return print(await look());
    for (;;) {
      const found = await look();
      if (deps.isTerminal) deps.write(CLEAR_SCREEN);
      show(found);
      await fleet.sleep(WATCH_EVERY);
    }
  };
  const follow: Answers['follow'] = async (run) => {
    for await (const found of run(await connect())) print(found);
  };

  addTenants(program, answer, deps);
  addJobs(program, { answer, follow });
  addRunners(program, answer);
  addOperations(program, { answer, follow });
  addUsage(program, answer, deps);
  addNamespaces(program, { answer, print }, deps);
  addAudit(program, answer);
  addDoctor(program, answer, deps);
  addLocks(program, answer);
  addPins(program, answer);
  addApp(program, { target, print }, deps);
  addApps(program, { answer, print }, deps);
  addOpen(program, { answer, target, ...deps });
  program
    .command('mcp')
    .description('answer an assistant on standard input and output (Model Context Protocol); nothing changes anything')
    .action(() => {
      let fleet: Promise<Fleet> | undefined;
      return serveMcp(deps, () => (fleet ??= connect()));
    });
  program
    .command('completion')
    .argument('<shell>', SHELLS.join(', '))
    .description('a script that completes commands and options')
    .action((shell: string) => deps.write(completionOf(program, shell)));
  return program;
}

function addOperations(program: Command, { answer, follow }: Answers): void {
  change(
    program.command('redrive [queue]').description('dead letters: list them, or move those of a queue back'),
  ).action((queue: string | undefined, options) =>
    answer((fleet) => (queue === undefined ? listDeadLetters(fleet) : redrive(queue, changeOptions(options), fleet))),
  );
  change(program.command('freeze').description('stop all launches of all tenants'))
    .option('--until <time>', 'and let them go on then, as long as mtr runs: 2h, or a time of RFC 3339')
    .action(({ until, ...options }) =>
      until === undefined
        ? answer((fleet) => setLaunches(false, changeOptions(options), fleet))
        : follow((fleet) => freezeUntil(timeToCome(until, fleet.clock.now()), changeOptions(options), fleet)),
    );
  change(program.command('unfreeze').description('let launches go on')).action((options) =>
    answer((fleet) => setLaunches(true, changeOptions(options), fleet)),
  );
}
