import { deriveSecret, isSameText } from '@multi-tenant-runner/runtime';
import { Problem } from './problem';
import { limitOf } from './schemas';

/** What a cursor is good for: another caller, tenant, operation or filter makes it worthless. */
export type CursorScope = readonly (string | number | boolean | undefined)[];

/** Where a list goes on, as text that only this API can make. */
export interface Cursors {
  seal(position: string, scope: CursorScope): Promise<string>;
  /** @throws Problem when it was not sealed for that scope */
  open(cursor: string, scope: CursorScope): Promise<string>;
}

/** @param key made once for an installation of the module; it never leaves the function */
export function createCursors(key: () => Promise<string>): Cursors {
  const sign = async (position: string, scope: CursorScope): Promise<string> =>
    deriveSecret(await key(), JSON.stringify(['cursor', position, ...scope.map((part) => part ?? null)]));
  return {
    seal: async (position, scope) => `${Buffer.from(position).toString('base64url')}.${await sign(position, scope)}`,
    open: async (cursor, scope) => {
      const [text = '', signature = ''] = cursor.split('.');
      const position = Buffer.from(text, 'base64url').toString();
      if (isSameText(signature, await sign(position, scope))) return position;
      throw new Problem('invalid-request', 'cursor is not one of this list: use next_cursor of its last page.');
    },
  };
}

/** What a list's query asks of a store. */
export async function pageOf(
  { limit, cursor }: { readonly limit?: string | undefined; readonly cursor?: string | undefined },
  scope: CursorScope,
  cursors: Pick<Cursors, 'open'>,
): Promise<{ readonly limit: number; readonly after?: string }> {
  const after = cursor === undefined ? undefined : await cursors.open(cursor, scope);
  return { limit: limitOf(limit), ...(after !== undefined && { after }) };
}
