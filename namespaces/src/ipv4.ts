/** Addresses as numbers: `first`, and `size` of them. */
export interface Block {
  readonly first: number;
  readonly size: number;
}

/** Reads a block such as `10.20.0.0/16`; undefined where it is none, or has no length. */
export function parseBlock(cidr: string): Block | undefined {
  const [, address = '', bits = ''] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidr) ?? [];
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => part > 255) || Number(bits) > 32) return undefined;
  return { first: parts.reduce((sum, part) => sum * 256 + part, 0), size: 2 ** (32 - Number(bits)) };
}
