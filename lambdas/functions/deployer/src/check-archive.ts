import { inflateRawSync } from 'node:zlib';

/** Bytes as they come and once unpacked, files, and how much larger the second may be than the first. */
export interface ArchiveLimits {
  readonly bytes: number;
  readonly unpackedBytes: number;
  readonly files: number;
  readonly ratio: number;
}

export type CheckedArchive =
  | { readonly ok: true; readonly read: (path: string) => string | undefined }
  | { readonly ok: false; readonly problem: string };

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly offset: number;
  readonly mode: number;
}

/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3 */
const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const LINK = 0o120000;
const KIND = 0o170000;
const PACKED = 8;
/** A file that is read here, and a link's target, are short. */
const SHORT = 64 * 1_024;
const [FOLLOWS_ZIP64, LONGEST_COMMENT] = [0xffffffff, 65_535];

/**
 * Reads an archive's list of files without unpacking any, and refuses what would harm whoever unpacks it: too much, too
 * tight, names and links that lead out of it. GitHub makes archives of what a tenant pushed, links included.
 */
export function checkArchive(archive: Uint8Array, limits: ArchiveLimits): CheckedArchive {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  if (bytes.length > limits.bytes) return refused(`is larger than ${limits.bytes} bytes`);
  const entries = entriesOf(bytes, limits.files);
  if (typeof entries === 'string') return refused(entries);
  const unpacked = entries.reduce((sum, entry) => sum + entry.unpacked, 0);
  if (unpacked > limits.unpackedBytes) return refused(`holds more than ${limits.unpackedBytes} bytes`);
  if (unpacked > bytes.length * limits.ratio) return refused(`is packed more than ${limits.ratio} to 1`);
  const problem = entries.map((entry) => problemOf(entry, bytes)).find((one) => one !== undefined);
  if (problem !== undefined) return refused(problem);
  const top = entries[0]?.name.split('/')[0] ?? '';
  if (new Set(entries.map(({ name }) => name)).size < entries.length) return refused('has one file twice');
  return {
    ok: true,
    read: (path) => {
      const entry = entries.find(({ name, mode }) => name === `${top}/${path}` && (mode & KIND) !== LINK);
      return entry === undefined ? undefined : textOf(entry, bytes);
    },
  };
}

const refused = (problem: string) => ({ ok: false, problem: `The source archive ${problem}.` }) as const;

function entriesOf(bytes: Buffer, most: number): readonly Entry[] | string {
  const end = bytes.lastIndexOf(signature(END));
  if (end < 0 || end + 22 > bytes.length || bytes.length - end > 22 + LONGEST_COMMENT) return 'is no zip';
  const count = bytes.readUInt16LE(end + 10);
  // 65535 stands for "more", which no limit allows.
  if (count > most || count === 0xffff) return `has more than ${most} files`;
  const entries: Entry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== CENTRAL) return 'is no whole zip';
    const lengths = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const [name = 0, extra = 0, comment = 0] = lengths;
    const entry = {
      name: bytes.toString('utf8', at + 46, at + 46 + name),
      method: bytes.readUInt16LE(at + 10),
      packed: bytes.readUInt32LE(at + 20),
      unpacked: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
      mode: bytes.readUInt32LE(at + 38) >>> 16,
    };
    if ([entry.packed, entry.unpacked, entry.offset].includes(FOLLOWS_ZIP64)) return 'has a file of 4 GB or more';
    entries.push(entry);
    at += 46 + name + extra + comment;
  }
  return entries;
}

function problemOf(entry: Entry, bytes: Buffer): string | undefined {
  const { name, mode } = entry;
  const parts = name.split('/');
  if (name.startsWith('/') || name.includes('\\') || name.includes('\0') || parts.includes('..'))
    return 'has a file whose name leads out of it';
  const kind = mode & KIND;
  if (kind === LINK) return leadsOut(parts, textOf(entry, bytes)) ? 'has a link that leads out of it' : undefined;
  const isPlain = kind === 0 || kind === 0o100000 || kind === 0o040000;
  return isPlain ? undefined : 'has something that is neither a file, a folder nor a link';
}

/** Out of the top folder, in which GitHub puts everything. */
function leadsOut(parts: readonly string[], target: string | undefined): boolean {
  if (target === undefined || target.startsWith('/') || target.includes('\\')) return true;
  let depth = parts.length - 2;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    depth += part === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

/** Undefined: too long to be read here, or not as the list says. */
function textOf({ offset, method, packed, unpacked }: Entry, bytes: Buffer): string | undefined {
  if (unpacked > SHORT || offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL) return undefined;
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  const content = bytes.subarray(start, start + packed);
  try {
    return (method === PACKED ? inflateRawSync(content, { maxOutputLength: SHORT }) : content).toString('utf8');
  } catch {
    return undefined;
  }
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
