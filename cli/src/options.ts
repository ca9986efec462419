import { InvalidArgumentError, type Command } from 'commander';
import type { ChangeOptions } from './commands/tenants';

type Changing = Readonly<Record<'reason', string | undefined>> & Partial<Record<'dryRun' | 'yes', boolean>>;

export function change(command: Command): Command {
  return command
    .option('--reason <text>', 'why: kept with the change')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--yes', 'do it without asking');
}

export function changeOptions({ reason, dryRun = false, yes = false }: Changing): ChangeOptions {
  return { ...(reason !== undefined && { reason }), dryRun, yes };
}

export function limited(command: Command): Command {
  return command.option('--limit <n>', 'how many at most', positiveNumber, 50);
}

export function paged(command: Command): Command {
  return limited(command).option('--page-token <token>', 'continue where the last page ended');
}

export function windowed(command: Command): Command {
  return command
    .option('--since <time>', 'from then on: 15m, 2h, 3d ago, or a time of RFC 3339')
    .option('--until <time>', 'before then; as --since');
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of at least 0.');
  return Number(text);
}

export function positiveNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return Number(text);
}

export function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port, from 1 to 65535.');
  return port;
}

export function address(text: string): string {
  if (!/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''))
    throw new InvalidArgumentError('It must be an address that begins with https://.');
  return text;
}

/** As GitHub numbers accounts and repositories. */
export function gitHubId(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It must be GitHub's number, such as 1296269.");
  return Number(text);
}

export function dollars(text: string): number {
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError('It must be a number of at least 0.');
  return Number(text);
}

/** `none`: none of its own. */
export function cap(text: string): number | 'none' {
  if (text === 'none') return text;
  if (!/^\d{1,9}(\.\d{1,2})?$/.test(text))
    throw new InvalidArgumentError('It must be a number of at least 0, or none.');
  return Number(text);
}
