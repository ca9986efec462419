import { emulatedEndpoint } from './webhook-address';

const FIELD = (name: string): RegExp => new RegExp(`\\b${name}='([^']*)'`);

/** The machine API that a machine's user data names, where the emulator answers for it; undefined if it names none. */
export function machineUrlOf(userData: string, emulator: string): string | undefined {
  const address = FIELD('machine_url').exec(userData)?.[1];
  return address === undefined ? undefined : emulatedEndpoint(address, emulator);
}

/** What user data holds for one claim; undefined if it holds nothing. */
export function claimSecretOf(userData: string): string | undefined {
  return FIELD('claim_secret').exec(userData)?.[1];
}
