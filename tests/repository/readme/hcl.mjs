// Reads what the README's tables need from Terraform files: blocks, their labels, and attributes as source text. It
// knows the part of HCL that `terraform fmt` leaves (one attribute a line), which every check of this repository
// demands anyway.

const PAIRS = { '(': ')', '[': ']', '{': '}' };
const NAME = /[A-Za-z_][A-Za-z0-9_-]*/y;

/** @returns the top level of a file: `{ attributes: { name: source }, blocks: [{ type, labels, body }] }` */
export function parseHcl(text, file = 'input') {
  return new Reader(text, file).body(undefined);
}

/**
 * The value of a literal expression: text without templates, number, boolean, null, list or object. Undefined for
 * anything else.
 */
export function literal(source) {
  try {
    return new Reader(source, 'literal').literal();
  } catch {
    return undefined;
  }
}

class Reader {
  constructor(text, file) {
    this.text = text;
    this.file = file;
    this.at = 0;
  }

  body(end) {
    const body = { attributes: {}, blocks: [] };
    for (;;) {
      this.skipSpace();
      if (this.at >= this.text.length || this.text[this.at] === end) {
        this.at += 1;
        return body;
      }
      const name = this.name();
      this.skipBlanks();
      if (this.text[this.at] === '=') {
        this.at += 1;
        body.attributes[name] = this.expression();
      } else {
        body.blocks.push(this.block(name));
      }
    }
  }

  block(type) {
    const labels = [];
    for (;;) {
      this.skipBlanks();
      if (this.text[this.at] === '"') labels.push(JSON.parse(this.take(() => this.skipString())));
      else if (this.text[this.at] === '{') break;
      else labels.push(this.name());
    }
    this.at += 1;
    return { type, labels, body: this.body('}') };
  }

  /** Source text of an attribute's value: to the end of its line, or of the bracket or heredoc that it opens. */
  expression() {
    this.skipBlanks();
    return this.take(() => {
      while (this.at < this.text.length && this.text[this.at] !== '\n' && !this.atComment()) this.skipToken();
    }).trim();
  }

  skipToken() {
    const char = this.text[this.at];
    if (char === '"') this.skipString();
    else if (this.text.startsWith('<<', this.at) && this.heredocMark() !== undefined) this.skipHeredoc();
    else if (PAIRS[char] !== undefined) this.skipBracket(PAIRS[char]);
    else this.at += 1;
  }

  skipBracket(end) {
    this.at += 1;
    for (;;) {
      this.skipSpace();
      if (this.at >= this.text.length) this.fail(`a ${end} is missing`);
      if (this.text[this.at] === end) break;
      this.skipToken();
    }
    this.at += 1;
  }

  skipString() {
    this.at += 1;
    while (this.text[this.at] !== '"') {
      if (this.at >= this.text.length) this.fail('a text has no end');
      if (this.text[this.at] === '\\' || this.text.startsWith('$${', this.at) || this.text.startsWith('%%{', this.at))
        this.at += 2;
      else if (this.text.startsWith('${', this.at) || this.text.startsWith('%{', this.at)) this.skipTemplate();
      else this.at += 1;
    }
    this.at += 1;
  }

  skipTemplate() {
    this.at += 1;
    this.skipBracket('}');
  }

  heredocMark() {
    return /^<<-?([A-Za-z_][A-Za-z0-9_]*)\n/.exec(this.text.slice(this.at, this.at + 80))?.[1];
  }

  skipHeredoc() {
    const end = new RegExp(`\\n[ \\t]*${this.heredocMark()}(?=\\n|$)`, 'g');
    end.lastIndex = this.at;
    if (end.exec(this.text) === null) this.fail('a heredoc has no end');
    this.at = end.lastIndex;
  }

  literal() {
    this.skipSpace();
    const char = this.text[this.at];
    if (char === '[') return this.list();
    if (char === '{') return this.object();
    if (char === '"') return this.string();
    if (this.text.startsWith('<<', this.at)) return heredocText(this.take(() => this.skipHeredoc()));
    const [word] = /^(?:-?[0-9.]+|[a-z]+)/.exec(this.text.slice(this.at)) ?? this.fail('not a literal');
    this.at += word.length;
    // Throws for a reference, which is no literal.
    return JSON.parse(word);
  }

  string() {
    const source = this.take(() => this.skipString());
    if (/(^|[^$])\$\{|(^|[^%])%\{/.test(source)) this.fail('a template is no literal');
    return JSON.parse(source.replaceAll('$${', '${').replaceAll('%%{', '%{'));
  }

  list() {
    return this.items(']', (list) => list.push(this.literal()), []);
  }

  object() {
    return this.items(
      '}',
      (object) => {
        const key = this.text[this.at] === '"' ? this.string() : this.name();
        this.skipBlanks();
        this.at += 1;
        object[key] = this.literal();
      },
      {},
    );
  }

  items(end, readItem, into) {
    this.at += 1;
    for (;;) {
      this.skipSpace();
      if (this.text[this.at] === ',') this.at += 1;
      else if (this.text[this.at] === end) break;
      else readItem(into);
    }
    this.at += 1;
    return into;
  }

  name() {
    NAME.lastIndex = this.at;
    const [name] =
      NAME.exec(this.text) ??
      this.fail(`a name is expected, not ${JSON.stringify(this.text.slice(this.at, this.at + 20))}`);
    this.at += name.length;
    return name;
  }

  atComment() {
    return this.text[this.at] === '#' || this.text.startsWith('//', this.at) || this.text.startsWith('/*', this.at);
  }

  skipBlanks() {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at += 1;
  }

  skipSpace() {
    for (;;) {
      while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
      if (!this.atComment()) return;
      const end = this.text.startsWith('/*', this.at) ? '*/' : '\n';
      const found = this.text.indexOf(end, this.at);
      this.at = found === -1 ? this.text.length : found + end.length;
    }
  }

  take(read) {
    const start = this.at;
    read();
    return this.text.slice(start, this.at);
  }

  fail(problem) {
    const line = this.text.slice(0, this.at).split('\n').length;
    throw new Error(`${this.file}:${line}: ${problem}`);
  }
}

/** The text of a heredoc, without the indentation that `<<-` takes away. */
function heredocText(source) {
  const [opening, ...rest] = source.split('\n');
  const lines = rest.slice(0, -1);
  if (!opening.startsWith('<<-')) return `${lines.join('\n')}\n`;
  const filled = lines.filter((line) => line.trim() !== '');
  const indent = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  return `${lines.map((line) => line.slice(indent)).join('\n')}\n`;
}
