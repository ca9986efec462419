import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Files of the machine that mtr runs on. */
export interface Files {
  read(path: string): string;
  /** Makes the folders above it. */
  write(path: string, content: string | Uint8Array): void;
}

export const localFiles: Files = {
  read: (path) => readFileSync(path, 'utf8'),
  write: (path, text) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  },
};
