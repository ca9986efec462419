import { readCommandLine, type Program } from '@multi-tenant-runner/sandbox/command-line';
import { startDynamoDbLocal, type DynamoDbLocal } from '@multi-tenant-runner/testing';

/** Runs a bench as a program: ends with its exit code, or with 1 and why it could not. */
export function runMain(main: () => Promise<number>): void {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exit(1);
    },
  );
}

/** Runs a bench that has no options beside a DynamoDB Local, as a program. */
export function runBeside(program: Program, work: (local: DynamoDbLocal) => Promise<number>): void {
  runMain(async () => {
    const read = readCommandLine(program, process.argv.slice(2));
    if (read.kind === 'help') console.log(program.usage);
    if (read.kind === 'wrong') console.error(read.problem);
    if (read.kind !== 'run') return read.kind === 'help' ? 0 : 2;
    const local = await startDynamoDbLocal();
    try {
      return await work(local);
    } finally {
      await local.stop();
    }
  });
}
