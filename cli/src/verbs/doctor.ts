import type { Command } from 'commander';
import { runDoctor } from '../commands/doctor';
import type { Answering, ProgramDeps } from '../program-deps';

export function addDoctor(program: Command, answer: Answering, { namespaces: { files } }: ProgramDeps): void {
  program
    .command('doctor')
    .description('what is wrong with the installation, and what to do')
    .option('--all', 'also what is fine')
    .option('--bundle <file>', 'write a zip for a bug report, without secrets and names')
    .action(({ all = false, bundle }) =>
      answer((fleet) => runDoctor({ all, ...(bundle !== undefined && { bundle }) }, files, fleet)),
    );
}
