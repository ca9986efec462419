import { isPublicAddress } from './public-address';

/** Looks a name up, once: each family's addresses; an empty list where it has none. */
export interface Resolver {
  resolve4(name: string): Promise<readonly string[]>;
  resolve6(name: string): Promise<readonly string[]>;
}

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The endpoint may not be called, or there is none: trying again is for its owner's sake alone. */
export class CallbackRefused extends Error {
  override readonly name = 'CallbackRefused';
}

/**
 * The one address that may be connected to. A name of which a single address is not public is refused whole: whoever
 * answers for it would have another one chosen next time.
 *
 * @throws CallbackRefused; its message has no address of ours
 */
export async function resolvePublic(name: string, resolver: Resolver): Promise<Address> {
  const [v4, v6] = await Promise.all([resolver.resolve4(name), resolver.resolve6(name)]);
  const all: readonly Address[] = [
    ...v4.map((address) => ({ address, family: 4 }) as const),
    ...v6.map((address) => ({ address, family: 6 }) as const),
  ];
  const [first] = all;
  if (first === undefined) throw new CallbackRefused('its name has no address');
  if (!all.every(({ address }) => isPublicAddress(address)))
    throw new CallbackRefused('its name stands for an address that is not public');
  return first;
}
