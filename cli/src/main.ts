import { CommanderError } from 'commander';
import { describeError } from './describe-error';
import { createProgram } from './program';
import type { ProgramDeps } from './program-deps';
import { EXIT, Problem } from './problem';

export interface MainDeps extends ProgramDeps {
  readonly writeError: (text: string) => void;
}

/** Runs one command line; answers the exit code. An error is one sentence, never a stack. */
export async function main(argv: readonly string[], deps: MainDeps): Promise<number> {
  const program = createProgram(deps).exitOverride();
  const output = { writeOut: deps.write, writeErr: deps.writeError };
  const all = [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)];
  for (const command of all) command.exitOverride().configureOutput(output);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    deps.writeError(`mtr: ${describeError(error)}\n`);
    return error instanceof Problem ? error.exitCode : EXIT.failed;
  }
}
