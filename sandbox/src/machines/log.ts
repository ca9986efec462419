import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface MachineLog {
  readonly note: (line: string) => void;
  readonly follow: (output: Readable) => void;
  readonly close: () => void;
}

/** Long runs of base64 are configurations and tokens: they have no place in a file that stays. */
export function withoutSecrets(line: string): string {
  return line.replace(/[A-Za-z0-9+/_=.-]{200,}/g, '[left out]');
}

export function openMachineLog(path: string): MachineLog {
  mkdirSync(dirname(path), { recursive: true });
  const file = createWriteStream(path, { flags: 'a' });
  const write = (line: string): void => {
    if (!file.writableEnded) file.write(`${withoutSecrets(line)}\n`);
  };
  return {
    note: (line) => write(`${new Date().toISOString()} sandbox: ${line}`),
    follow: (output) => void createInterface({ input: output }).on('line', write),
    close: () => file.end(),
  };
}
