import { strToU8, zipSync } from 'fflate';

/** As GitHub packs a commit: everything in one folder. */
export function archiveOf(files: Readonly<Record<string, string>>): Uint8Array {
  const named = Object.entries(files).map(([name, text]) => [`acme-shop-0123456/${name}`, strToU8(text)] as const);
  return zipSync(Object.fromEntries(named));
}
