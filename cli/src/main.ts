import { CommanderError } from 'commander';
import { createProgram, type ProgramDeps } from './program';
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
    deps.writeError(`mtr: ${sentenceOf(error)}\n`);
    return error instanceof Problem ? error.exitCode : EXIT.failed;
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (!(error instanceof Error)) return 'It failed, and nothing says why.';
  switch (error.name) {
    case 'CredentialsProviderError':
      return 'There are no AWS credentials here; set AWS_PROFILE, give --profile, or sign in ("aws sso login").';
    case 'ExpiredTokenException':
    case 'ExpiredToken':
      return 'The AWS credentials have expired; sign in again.';
    case 'AccessDeniedException':
    case 'AccessDenied':
      return `AWS refuses this to the current identity: ${error.message}`;
    default:
      return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
  }
}
