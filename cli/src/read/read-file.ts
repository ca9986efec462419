import type { Files } from '../local-files';
import { usage } from '../problem';

/** @throws in words where there is no such file, or it may not be read */
export function readFile(path: string, files: Pick<Files, 'read'>): string {
  try {
    return files.read(path);
  } catch {
    throw usage(`${path} can't be read; give the path of a file that is there.`);
  }
}
