/** An element of AWS's answers, which have no attributes that count: its text, and the elements within. */
export interface XmlNode {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const TOKEN = /<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g;

export function parseXml(text: string): XmlNode {
  const root: Building = { name: '', text: '', children: [] };
  const open: Building[] = [root];
  for (const [, closes, name, isEmpty, words] of text.replace(/<[?!][^>]*>/g, '').matchAll(TOKEN)) {
    const parent = open.at(-1) ?? root;
    if (words !== undefined) parent.text += decode(words);
    else if (closes === '/') open.pop();
    else {
      const child: Building = { name: name ?? '', text: '', children: [] };
      parent.children.push(child);
      if (isEmpty !== '/') open.push(child);
    }
  }
  return root;
}

interface Building {
  readonly name: string;
  text: string;
  readonly children: Building[];
}

function decode(text: string): string {
  return text.replace(/&(#x?)?(\w+);/g, (whole, code: string | undefined, name: string) => {
    if (code === undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(name, code === '#x' ? 16 : 10));
  });
}

/** The first element of a name, at whatever depth. */
export function find(node: XmlNode, name: string): XmlNode | undefined {
  for (const child of node.children) {
    const found = child.name === name ? child : find(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function textIn(node: XmlNode | undefined, name: string): string | undefined {
  return node === undefined ? undefined : find(node, name)?.text;
}

/** The members of a list: elements `member` of elbv2, `item` of EC2, and of S3 those of the given name. */
export function listIn(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  const list = node === undefined ? undefined : find(node, name);
  return list?.children.filter((child) => child.name === 'member' || child.name === 'item') ?? [];
}
