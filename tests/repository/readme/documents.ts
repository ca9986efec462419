import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../../..');

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The contents of a document's code blocks of one language. */
export function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , body]) => String(body));
}

/** Rows of a table as cells, without its head; a code span's ticks are taken off. */
export function tableRows(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
    );
}

/** A document's part between `<!-- name -->` and `<!-- /name -->`. */
export function marked(document: string, name: string): string {
  const [, found] = new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)<!-- /${name} -->`).exec(read(document)) ?? [];
  if (found === undefined) throw new Error(`${document} has no part marked ${name}`);
  return found;
}

/** The texts of a union type, such as `type Reason = 'a' | 'b'`. */
export function unionOf(source: string, name: string): string[] {
  const [, found] = new RegExp(`type ${name} =([^;]*);`).exec(source) ?? [];
  if (found === undefined) throw new Error(`There is no type ${name}`);
  return [...found.matchAll(/'([^']+)'/g)].map(([, text]) => String(text));
}
