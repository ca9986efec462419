import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TABLE_DEFINITIONS, type IndexDefinition, type Keys } from './table-definitions';

const hclOf = (file: string): string => readFileSync(join(__dirname, '../../../../..', file), 'utf8');

/** The body of a block, up to the brace that closes it. */
function block(text: string, start: number): string {
  let depth = 0;
  for (let at = text.indexOf('{', start); at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return text.slice(text.indexOf('{', start) + 1, at);
  }
  throw new Error('the block has no end');
}

function blocks(text: string, header: RegExp): string[] {
  return [...text.matchAll(header)].map((match) => block(text, match.index));
}

const value = (text: string, name: string): string | undefined =>
  new RegExp(`^\\s*${name}\\s*=\\s*"([^"]*)"`, 'm').exec(text)?.[1];

function describeKeys({ hash, range }: Keys): Record<string, unknown> {
  return { hash: hash.name, range: range?.name };
}

function describeIndex({ name, keys, projection }: IndexDefinition): Record<string, unknown> {
  return {
    name,
    ...describeKeys(keys),
    projection: typeof projection === 'string' ? projection : ['INCLUDE', ...projection],
  };
}

function readIndex(text: string, tableHash: string | undefined): Record<string, unknown> {
  const included = /non_key_attributes\s*=\s*\[([^\]]*)\]/.exec(text)?.[1]?.match(/[\w-]+/g);
  return {
    name: value(text, 'name'),
    hash: value(text, 'hash_key') ?? tableHash,
    range: value(text, 'range_key'),
    projection: included ? [value(text, 'projection_type'), ...included] : value(text, 'projection_type'),
  };
}

describe.each(TABLE_DEFINITIONS)('the $name table of tests', (table) => {
  const HCL = hclOf(table.file ?? 'dynamodb.tf');
  const start = HCL.indexOf(`resource "aws_dynamodb_table" "${table.name}"`);
  const body = block(HCL, start);
  const top = body.replace(/^ {2}\w+ \{[\s\S]*?^ {2}\}/gm, '');

  it("has the keys of the module's", () => {
    expect({ hash: value(top, 'hash_key'), range: value(top, 'range_key') }).toEqual(describeKeys(table.keys));
    const types = new Map(
      blocks(body, /^ {2}attribute \{/gm).map((attribute) => [value(attribute, 'name'), value(attribute, 'type')]),
    );
    const keys = [table.keys, ...[...table.globalIndexes, ...table.localIndexes].map((index) => index.keys)].flatMap(
      ({ hash, range }) => (range ? [hash, range] : [hash]),
    );
    expect(types).toEqual(new Map(keys.map(({ name, type }) => [name, type])));
  });

  it("has the indexes of the module's", () => {
    const hash = value(top, 'hash_key');
    expect(blocks(body, /^ {2}global_secondary_index \{/gm).map((index) => readIndex(index, undefined))).toEqual(
      table.globalIndexes.map(describeIndex),
    );
    expect(blocks(body, /^ {2}local_secondary_index \{/gm).map((index) => readIndex(index, hash))).toEqual(
      table.localIndexes.map(describeIndex),
    );
  });
});
