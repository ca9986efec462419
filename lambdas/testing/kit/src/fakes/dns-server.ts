import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { DnsEntry } from './dns';

interface Options {
  /** Whether it follows aliases itself, as resolvers do, or answers with the alias alone. */
  readonly recurses: boolean;
  /** It hears, and answers nothing. */
  readonly isSilent?: boolean;
}

/** https://www.rfc-editor.org/rfc/rfc1035#section-4 */
const [TXT, CNAME, INTERNET] = [16, 5, 1];
const [ANSWER, SERVER_FAILS, NO_SUCH_NAME] = [0x8180, 2, 3];
const HEADER = 12;

/** A server of DNS on loopback that answers from a zone. */
export async function startDnsServer(
  zone: ReadonlyMap<string, DnsEntry>,
  { recurses, isSilent = false }: Options,
): Promise<{ readonly address: string; close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => {
    if (!isSilent) socket.send(answerOf(question, zone, recurses), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address() satisfies AddressInfo;
  return { address: `127.0.0.1:${port}`, close: () => socket.close() };
}

function answerOf(message: Buffer, zone: ReadonlyMap<string, DnsEntry>, recurses: boolean): Buffer {
  const { name, end } = nameIn(message);
  const type = message.readUInt16BE(end);
  const records: Buffer[] = [];
  const seen = new Set<string>();
  let [at, entry] = [name, zone.get(name)];
  while (entry !== undefined && 'cname' in entry && !seen.has(at)) {
    seen.add(at);
    records.push(record(at, CNAME, encode(entry.cname)));
    if (!recurses || type === CNAME) break;
    [at, entry] = [entry.cname, zone.get(entry.cname)];
  }
  if (entry !== undefined && 'txt' in entry && type === TXT)
    for (const parts of entry.txt) records.push(record(at, TXT, Buffer.concat(parts.map(labelled))));
  const fails = entry !== undefined && 'fails' in entry;
  const code = fails ? SERVER_FAILS : zone.has(name) ? 0 : NO_SUCH_NAME;
  const header = Buffer.alloc(HEADER);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(ANSWER | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(fails ? 0 : records.length, 6);
  return Buffer.concat([header, message.subarray(HEADER, end + 4), ...(fails ? [] : records)]);
}

function nameIn(message: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('ascii', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function record(name: string, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(INTERNET, 2);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encode(name), fixed, data]);
}

const labelled = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'ascii')]);

function encode(name: string): Buffer {
  return Buffer.concat([...name.split('.').map(labelled), Buffer.from([0])]);
}
