import { strToU8, zipSync, type Zippable } from 'fflate';
import { archiveOf } from '../test/deployer-harness';
import { checkArchive } from './check-archive';

const LIMITS = { bytes: 10_000, unpackedBytes: 50_000, files: 4, ratio: 20 };
const LINK = { os: 3, attrs: 0o120777 << 16 };
const check = (files: Zippable, limits = LIMITS) => checkArchive(zipSync(files), limits);

describe('a source archive', () => {
  it('is read without being unpacked', () => {
    const checked = checkArchive(archiveOf({ Dockerfile: 'FROM scratch', '.mtr/app.json': '{}' }), LIMITS);
    expect(checked.ok && checked.read('.mtr/app.json')).toBe('{}');
    expect(checked.ok && checked.read('other')).toBeUndefined();
  });

  it('may have links that stay in it', () => {
    const files: Zippable = { 'top/a/link': [strToU8('../b'), LINK], 'top/b': strToU8('b') };
    expect(check(files)).toMatchObject({ ok: true });
  });

  it.each<readonly [string, Zippable, RegExp]>([
    ['too many files', Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`top/${n}`, strToU8('')])), /more than 4 files/],
    ['a name that leads out', { 'top/../../x': strToU8('') }, /name leads out/],
    ['a name from the root', { '/x': strToU8('') }, /name leads out/],
    ['a link that leads out', { 'top/a': [strToU8('../../etc/passwd'), LINK] }, /link that leads out/],
    ['a link out and in again', { 'top/a': [strToU8('../top/b'), LINK] }, /link that leads out/],
    ['a link from the root', { 'top/a': [strToU8('/etc/passwd'), LINK] }, /link that leads out/],
    ['a device', { 'top/a': [strToU8(''), { os: 3, attrs: 0o020666 << 16 }] }, /neither a file/],
    ['a bomb', { 'top/a': new Uint8Array(40_000) }, /more than 20 to 1/],
    ['too much as it comes', { 'top/a': [new Uint8Array(10_001), { level: 0 }] }, /larger than 10000 bytes/],
  ])('is refused with %s', (_what, files, problem) => {
    expect(check(files)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });

  it('is refused with too much once it is unpacked, in one file or in all', () => {
    const problem = 'The source archive holds more than 50000 bytes.';
    const [one, half] = [new Uint8Array(50_001), new Uint8Array(25_001)];
    const tight = { ...LIMITS, ratio: 10_000 };
    expect(check({ 'top/a': one }, tight)).toEqual({ ok: false, problem });
    expect(check({ 'top/a': half, 'top/b': half }, tight)).toEqual({ ok: false, problem });
  });

  it.each([
    ['what is no zip', strToU8('not a zip')],
    ['half a zip', zipSync({ 'top/a': strToU8('a') }).slice(40)],
  ])('is refused: %s', (_what, bytes) => expect(checkArchive(bytes, LIMITS)).toMatchObject({ ok: false }));
});
