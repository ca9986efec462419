import type { Row } from './judge';
import { mayConnect, type Endpoint, type Port } from './network';
import { NAMESPACE, type Manifest } from './rendered';

const pod = (namespace: string, ip: string, labels = {}): Endpoint => ({ namespace, ip, labels });
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  own: pod(NAMESPACE, '10.0.1.10', { app: 'web' }),
  sibling: pod(NAMESPACE, '10.0.1.11', { app: 'database' }),
  other: pod('tenant-globex', '10.0.1.12', { app: 'web' }),
  impostor: pod('tenant-globex', '10.0.1.13', { 'k8s-app': 'kube-dns' }),
  ingress: pod('ingress-nginx', '10.0.1.14'),
  dns: pod('kube-system', '10.0.1.15', { 'k8s-app': 'kube-dns' }),
  'false DNS': pod('open', '10.0.1.17', { 'k8s-app': 'kube-dns' }),
  system: pod('kube-system', '10.0.1.16', { 'k8s-app': 'metrics-server' }),
  database: { ip: '10.20.0.7' },
  'next block': { ip: '10.20.1.7' },
  internet: { ip: '93.184.216.34' },
  metadata: { ip: '169.254.169.254' },
  'identity agent': { ip: '169.254.170.23' },
};
const SERVICES: readonly (readonly [string, Port])[] = [
  ['web', { protocol: 'TCP', port: 443 }],
  ['plain web', { protocol: 'TCP', port: 80 }],
  ['DNS', { protocol: 'UDP', port: 53 }],
  ['DNS over TCP', { protocol: 'TCP', port: 53 }],
  ['PostgreSQL', { protocol: 'TCP', port: 5432 }],
  ['web over UDP', { protocol: 'UDP', port: 443 }],
];
/** From, to, services that pass; what is not listed does not pass. */
const PASS: readonly (readonly [string, string, readonly string[]])[] = [
  ['own', 'sibling', ['web', 'plain web', 'DNS', 'DNS over TCP', 'PostgreSQL', 'web over UDP']],
  ['sibling', 'own', ['web', 'plain web', 'DNS', 'DNS over TCP', 'PostgreSQL', 'web over UDP']],
  ['own', 'dns', ['DNS', 'DNS over TCP', 'web']],
  // The block 0.0.0.0/0 may hold the addresses of pods. Those of tenants refuse it themselves.
  ['own', 'system', ['web']],
  ['own', 'ingress', ['web']],
  ['own', 'false DNS', ['web']],
  ['false DNS', 'own', []],
  ['own', 'database', ['PostgreSQL', 'web']],
  ['own', 'next block', ['web']],
  ['own', 'internet', ['web']],
  ['own', 'identity agent', ['plain web']],
  ['own', 'metadata', []],
  ['ingress', 'own', ['web', 'plain web', 'DNS', 'DNS over TCP', 'PostgreSQL', 'web over UDP']],
  ['other', 'own', []],
  ['impostor', 'own', []],
  ['dns', 'own', []],
  ['system', 'own', []],
  ['internet', 'own', []],
  ['own', 'other', []],
  ['own', 'impostor', []],
];

/** The other tenant's namespace closes itself by the same policies. */
function ofBoth(manifests: readonly Manifest[]): Manifest[] {
  const renamed = JSON.parse(
    JSON.stringify(manifests).replaceAll(`"namespace":"${NAMESPACE}"`, '"namespace":"tenant-globex"'),
  );
  return [...manifests, ...renamed];
}

export function judgeNetwork(manifests: readonly Manifest[]): Row[] {
  const both = ofBoth(manifests);
  const alone = manifests.filter(({ metadata }) => metadata.name === 'default-deny');
  const closed = [
    ['own', 'internet'],
    ['internet', 'own'],
  ].map(([from = '', to = '']) => ({
    what: `the policy default-deny alone lets nothing pass from ${from} to ${to}`,
    holds: !connects(alone, [from, to], { protocol: 'TCP', port: 443 }),
  }));
  const rows = PASS.flatMap(([from, to, services]) =>
    SERVICES.map(([service, port]) => {
      const expected = services.includes(service);
      return {
        what: `${service} from ${from} to ${to} ${expected ? 'passes' : 'does not pass'}`,
        holds: connects(both, [from, to], port) === expected,
      };
    }),
  );
  return [...closed, ...rows];
}

function connects(manifests: readonly Manifest[], [from, to]: readonly [string, string], port: Port): boolean {
  const [a, b] = [ENDPOINTS[from], ENDPOINTS[to]];
  if (a === undefined || b === undefined) throw new Error(`there is no ${from} or no ${to}`);
  return mayConnect(manifests, [a, b], port);
}
