import { join } from 'node:path';
import type { SandboxPaths } from './state';

/** What sandbox/aws/receivers.cjs reads. */
export interface Receivers {
  /** Addresses by name, as DNS would have them. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** What stands behind an address on port 443: a port of loopback, and whom its certificate is to be trusted for. */
  readonly receivers: Readonly<Record<string, { readonly port: number; readonly ca: string }>>;
}

export const receiversFile = ({ config }: Pick<SandboxPaths, 'config'>): string => join(config, 'receivers.json');

/** The environment of a process whose functions find the receivers. */
export function receiversEnvironment(paths: Pick<SandboxPaths, 'config' | 'root'>): Readonly<Record<string, string>> {
  const script = join(paths.root, 'sandbox', 'aws', 'receivers.cjs');
  return { SANDBOX_RECEIVERS: receiversFile(paths), NODE_OPTIONS: `--require ${JSON.stringify(script)}` };
}
