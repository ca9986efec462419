// The page as one document: script and style are in it, and its Content-Security-Policy names them by their hashes, so
// that a browser runs nothing else. `node page/build.mjs` writes dist/page.json; the same sources give the same bytes.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { gzipSync } from 'fflate';

const folder = dirname(fileURLToPath(import.meta.url));

/** `{ html, policy, gzip, metafile }`: `gzip` is the document's, in base64; `metafile` esbuild's list of its inputs. */
export async function buildPage() {
  const { outputFiles, metafile } = await build({
    entryPoints: { page: join(folder, 'src', 'index.tsx') },
    outdir: join(folder, 'dist'),
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['es2022', 'chrome111', 'firefox111', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const textOf = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text.trim();
  const script = textOf('.js');
  const style = textOf('.css');
  // It would end the element that it is in.
  if (/<\/(script|style)/i.test(script + style)) throw new Error('The bundle holds the end of a script or style.');
  const html = readFileSync(join(folder, 'src', 'page.html'), 'utf8')
    .replace('<!-- style -->', () => `<style>${style}</style>`)
    .replace('<!-- script -->', () => `<script>${script}</script>`);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  const gzip = gzipSync(Buffer.from(html), { level: 9, mtime: 0 });
  return { html, policy, gzip: Buffer.from(gzip).toString('base64'), metafile };
}

const hashOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { policy, gzip } = await buildPage();
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'page.json'), JSON.stringify({ policy, gzip }));
  console.log(`page ${Buffer.from(gzip, 'base64').length} bytes gzipped`);
}
