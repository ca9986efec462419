/**
 * The part of Terraform's template language that the manifests use: `${a.b}`, and on lines of their own, from their
 * first column, `%{ for x in a.b ~}`, `%{ if a.b ~}`, `%{ if a.b == "text" ~}` (also `!=`), `%{ else ~}`, `%{ endif ~}`
 * and `%{ endfor ~}`. https://developer.hashicorp.com/terraform/language/expressions/strings#directives
 */
type Scope = Readonly<Record<string, unknown>>;
type Block =
  | { readonly kind: 'text'; readonly line: string }
  | { readonly kind: 'for'; readonly name: string; readonly path: string; readonly body: Block[] }
  | { readonly kind: 'if'; readonly test: string; readonly body: Block[]; readonly otherwise: Block[] };

const DIRECTIVE = /^%\{ (for|if|else|endif|endfor)(?: (.*?))? ~\}\n$/;

/** @throws Error when the template says something else, or names what the scope lacks */
export function fill(template: string, scope: Scope): string {
  const lines = template.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const { blocks, rest } = read(lines, 0);
  if (rest < lines.length) throw new Error(`line ${rest + 1} ends a block that none began: ${lines[rest]?.trim()}`);
  return write(blocks, scope);
}

function read(lines: readonly string[], start: number): { blocks: Block[]; rest: number } {
  const blocks: Block[] = [];
  let at = start;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const [, word, about = ''] = DIRECTIVE.exec(line) ?? [];
    if (word === undefined) {
      if (line.includes('%{'))
        throw new Error(`line ${at + 1} has a directive that is not alone on it: ${line.trim()}`);
      blocks.push({ kind: 'text', line });
      at += 1;
    } else if (word === 'for' || word === 'if') {
      const { block, rest } = readBlock(word, about, { lines, at });
      blocks.push(block);
      at = rest;
    } else return { blocks, rest: at };
  }
  return { blocks, rest: at };
}

function readBlock(
  word: 'for' | 'if',
  about: string,
  { lines, at }: { readonly lines: readonly string[]; readonly at: number },
): { block: Block; rest: number } {
  const { blocks: body, rest } = read(lines, at + 1);
  const ends = (index: number): string | undefined => DIRECTIVE.exec(lines[index] ?? '')?.[1];
  if (word === 'for') {
    const [, name, path] = /^(\w+) in ([\w.]+)$/.exec(about) ?? [];
    if (name === undefined || path === undefined || ends(rest) !== 'endfor')
      throw new Error(`line ${at + 1} is no whole loop: ${about}`);
    return { block: { kind: 'for', name, path, body }, rest: rest + 1 };
  }
  const branch = ends(rest) === 'else' ? read(lines, rest + 1) : { blocks: [], rest };
  if (ends(branch.rest) !== 'endif') throw new Error(`line ${at + 1} has no endif: ${about}`);
  return { block: { kind: 'if', test: about, body, otherwise: branch.blocks }, rest: branch.rest + 1 };
}

function write(blocks: readonly Block[], scope: Scope): string {
  return blocks
    .map((block) => {
      if (block.kind === 'text')
        return block.line.replaceAll(/\$\{([\w.]+)\}/g, (_, path) => String(valueOf(path, scope)));
      if (block.kind === 'if') return write(holds(block.test, scope) ? block.body : block.otherwise, scope);
      return (valueOf(block.path, scope) as unknown[])
        .map((one) => write(block.body, { ...scope, [block.name]: one }))
        .join('');
    })
    .join('');
}

function holds(test: string, scope: Scope): boolean {
  const [, path = '', operator, text] = /^([\w.]+)(?: (==|!=) "([^"]*)")?$/.exec(test) ?? [];
  const value = valueOf(path, scope);
  if (operator === undefined) return value === true;
  return (value === text) === (operator === '==');
}

function valueOf(path: string, scope: Scope): unknown {
  const value = path
    .split('.')
    .reduce<unknown>((from, key) => (from as Record<string, unknown> | undefined)?.[key], scope);
  if (value === undefined) throw new Error(`the template names "${path}", and there is no such value`);
  return value;
}
