// A pod that a policy selects may do only what some policy of that direction lists, and both ends must agree.
// https://kubernetes.io/docs/concepts/services-networking/network-policies/
// Whether a block matches the address of a pod is left to the network plugin. Here it does, which is the worse case.
import { ofKind, type Manifest } from './rendered';

export interface Endpoint {
  readonly ip: string;
  /** A pod has both; an address outside of the cluster has neither. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
export interface Port {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

export function mayConnect(
  policies: readonly Manifest[],
  [from, to]: readonly [Endpoint, Endpoint],
  port: Port,
): boolean {
  return passes(policies, 'Egress', [from, to], port) && passes(policies, 'Ingress', [to, from], port);
}

function passes(
  manifests: readonly Manifest[],
  direction: 'Ingress' | 'Egress',
  [self, peer]: readonly [Endpoint, Endpoint],
  port: Port,
): boolean {
  const selecting = ofKind(manifests, 'NetworkPolicy').filter(
    ({ metadata, spec }) =>
      self.namespace === metadata.namespace &&
      matches(spec.podSelector, self.labels ?? {}) &&
      spec.policyTypes.includes(direction),
  );
  if (selecting.length === 0) return true;
  const [rules, peers] = direction === 'Egress' ? ['egress', 'to'] : ['ingress', 'from'];
  return selecting.some(({ metadata, spec }) =>
    (spec[rules] ?? []).some(
      (rule: Manifest) =>
        isAmong(rule[peers], (one) => isPeer(one, peer, metadata.namespace)) &&
        isAmong(
          rule.ports,
          (one) => (one.protocol ?? 'TCP') === port.protocol && [undefined, port.port].includes(one.port),
        ),
    ),
  );
}

/** A list that is missing or empty lists everything. */
const isAmong = (list: Manifest[] | undefined, test: (one: Manifest) => boolean): boolean =>
  list === undefined || list.length === 0 || list.some(test);

function isPeer(one: Manifest, { ip, namespace, labels = {} }: Endpoint, own: string): boolean {
  if (one.ipBlock)
    return isIn(ip, one.ipBlock.cidr) && !(one.ipBlock.except ?? []).some((block: string) => isIn(ip, block));
  if (namespace === undefined || !(one.namespaceSelector || one.podSelector)) return false;
  const namespaceFits = one.namespaceSelector
    ? matches(one.namespaceSelector, { 'kubernetes.io/metadata.name': namespace })
    : namespace === own;
  return namespaceFits && matches(one.podSelector ?? {}, labels);
}

function matches({ matchLabels = {} }: Manifest, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function isIn(ip: string, cidr: string): boolean {
  const [start = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(ip) / size) === Math.floor(numberOf(start) / size);
}

const numberOf = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
