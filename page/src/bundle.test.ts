import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Bytes, gzipped: what a telephone loads within a second. */
const MOST = 45_000;

/** In a process of its own: the build is an ES module. */
function build(): { readonly policy: string; readonly gzip: Buffer } {
  const address = JSON.stringify(join(__dirname, '..', 'build.mjs'));
  const program = `const { buildPage } = await import(${address}); const { policy, gzip } = await buildPage();
    console.log(JSON.stringify({ policy, gzip }));`;
  const out = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  const { policy, gzip } = JSON.parse(out);
  return { policy, gzip: Buffer.from(gzip, 'base64') };
}

const first = build();
const html = gunzipSync(first.gzip).toString();
const directives = new Map(
  first.policy.split('; ').map((line): [string, string] => {
    const [name = '', ...values] = line.split(' ');
    return [name, values.join(' ')];
  }),
);
const partOf = (tag: string): string => new RegExp(`<${tag}>([\\s\\S]*)</${tag}>`).exec(html)?.[1] ?? '';

test(`the page has at most ${MOST} bytes, gzipped`, () => {
  expect(first.gzip.length).toBeLessThanOrEqual(MOST);
});

test('the same sources give the same bytes', () => {
  expect(build().gzip.equals(first.gzip)).toBe(true);
});

test('its policy lets its own script and style in, by their hashes, and nothing else', () => {
  expect([...directives.keys()].sort()).toEqual(
    [
      'default-src',
      'script-src',
      'style-src',
      'connect-src',
      'img-src',
      'base-uri',
      'form-action',
      'frame-ancestors',
      'require-trusted-types-for',
    ].sort(),
  );
  for (const tag of ['script', 'style']) {
    const hash = createHash('sha256').update(partOf(tag)).digest('base64');
    expect(directives.get(`${tag}-src`)).toBe(`'sha256-${hash}'`);
  }
  expect(directives.get('default-src')).toBe("'none'");
  expect(directives.get('connect-src')).toBe("'self'");
  expect(first.policy).not.toMatch(/unsafe|\*|https?:/);
});

test('nothing in it loads from elsewhere', () => {
  expect(html.replace(partOf('script'), '')).not.toMatch(/(src|href)="(?!data:,")/);
  expect(partOf('style')).not.toMatch(/@import|url\(/);
});
