import { createHash } from 'node:crypto';

/** One way to ask EC2 for a machine. */
export interface Candidate {
  /** `<market>/<type>/<subnet>` */
  readonly key: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly spot: boolean;
}

export function candidateOf({ spot, instanceType, subnetId }: Omit<Candidate, 'key'>): Candidate {
  return { key: `${spot ? 'spot' : 'on-demand'}/${instanceType}/${subnetId}`, instanceType, subnetId, spot };
}

export function parseCandidate(key: string): Candidate {
  const [market, instanceType = '', subnetId = ''] = key.split('/');
  return { key, instanceType, subnetId, spot: market === 'spot' };
}

/** EC2 answers the same token with the same machine: at most 64 ASCII characters. */
export function clientTokenFor(installationId: number, launchId: string, candidateKey: string): string {
  return createHash('sha256').update(`${installationId}/${launchId}/${candidateKey}`).digest('hex');
}
