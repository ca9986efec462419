import { parseBlock } from './ipv4';
import type { Egress, Settings } from './settings';

/** The rules of modules/tenant-namespace/variables.tf, in its words: mtr renders without Terraform. A test compares. */
interface Rule {
  readonly holds: (settings: Merged) => boolean;
  readonly sentence: string;
}

/** What the module is given for one tenant. */
interface Merged {
  readonly clusterName: string;
  readonly oidcProviderArn: string;
  readonly isolation: string;
  readonly egress: Egress;
  readonly ingressNamespaces: readonly string[];
  readonly accounts: readonly string[];
  readonly clusterAdmin: string | undefined;
  readonly operatorGroups: readonly string[];
  readonly autoscaling: Readonly<Record<string, { min: number; max: number; cpu_percent?: number }>>;
}

const GROUP = /^[A-Za-z0-9][A-Za-z0-9:._/@=+-]*$/;
const LABEL_42 = /^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/;
const EVERYBODY = ['system:authenticated', 'system:unauthenticated', 'system:serviceaccounts'];

const RULES: readonly Rule[] = [
  {
    holds: ({ isolation }) => ['namespace', 'node_pool', 'cluster'].includes(isolation),
    sentence: 'isolation must be namespace, node_pool or cluster, not',
  },
  {
    holds: ({ egress }) => Object.values(egress).every(({ cidr }) => isBlock(cidr)),
    sentence: 'egress: every cidr must be an IPv4 block that starts at its own first address, such as 10.20.0.0/16.',
  },
  {
    holds: ({ egress }) => Object.values(egress).every(({ cidr }) => !cidr.startsWith('169.254.')),
    sentence: 'egress must not open 169.254.0.0/16: the metadata and the credentials of the node answer there.',
  },
  {
    holds: ({ egress }) => Object.values(egress).every(({ ports }) => ports.length > 0 && ports.every(isPort)),
    sentence: 'egress: every block needs ports, each from 1 to 65535 with the protocol TCP or UDP.',
  },
  {
    holds: ({ egress }) => Object.keys(egress).every((name) => LABEL_42.test(name)),
    sentence: 'egress: names have lower-case letters, digits and dashes, 42 at most.',
  },
  {
    holds: ({ ingressNamespaces: names }) =>
      names.every((name) => /^[a-z0-9]([a-z0-9-]{0,56}[a-z0-9])?$/.test(name)) && new Set(names).size === names.length,
    sentence: 'ingress_namespaces must be distinct names of namespaces of at most 58 characters.',
  },
  {
    holds: ({ accounts }) => accounts.every((name) => LABEL_42.test(name) && name !== 'default'),
    sentence: 'service_accounts: names have lower-case letters, digits and dashes, 42 at most, and none is default,',
  },
  {
    holds: ({ clusterAdmin: name }) => name === undefined || (GROUP.test(name) && !name.startsWith('system:')),
    sentence: 'groups: names have letters, digits and any of :._/@=+-, and none starts with system:,',
  },
  {
    holds: ({ operatorGroups: names }) => names.every((name) => GROUP.test(name) && !EVERYBODY.includes(name)),
    sentence:
      'operator_groups: names have letters, digits and any of :._/@=+-, and none is a group that everybody is in.',
  },
  {
    holds: ({ autoscaling }) => Object.entries(autoscaling).every(isScaling),
    sentence:
      "autoscaling: each name is a Deployment's, min is at least 1, max at least min, and cpu_percent from 1 to 100.",
  },
  {
    holds: ({ clusterName }) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(clusterName),
    sentence: 'cluster_name must be the name of an EKS cluster;',
  },
  {
    holds: ({ oidcProviderArn }) =>
      /^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider\/[A-Za-z0-9./_-]+$/.test(oidcProviderArn),
    sentence: 'oidc_provider_arn must be the ARN of an IAM OIDC provider,',
  },
];

/** The start of each rule's sentence, as the module has it. */
export const SENTENCES = RULES.map(({ sentence }) => sentence);

/** Every rule that the settings break, for the defaults and for each tenant, each once. */
export function findProblems(settings: Settings): string[] {
  const all = [{}, ...Object.values(settings.tenants ?? {})].map((own) => merge(own, settings));
  return RULES.filter(({ holds }) => !all.every(holds)).map(({ sentence }) => sentence.replace(/[,;]?( not)?$/, ''));
}

function merge(own: NonNullable<Settings['tenants']>[string], { defaults = {}, ...settings }: Settings): Merged {
  return {
    clusterName: settings.cluster_name,
    oidcProviderArn: settings.oidc_provider_arn,
    isolation: own.isolation ?? 'namespace',
    egress: own.egress ?? defaults.egress ?? {},
    ingressNamespaces: defaults.ingress_namespaces ?? [],
    accounts: Object.keys(own.service_accounts ?? defaults.service_accounts ?? {}),
    clusterAdmin: defaults.cluster_admin,
    operatorGroups: defaults.operator_groups ?? [],
    autoscaling: own.autoscaling ?? {},
  };
}

/** It starts at its own first address. */
function isBlock(cidr: string): boolean {
  const block = parseBlock(cidr);
  return block !== undefined && block.first % block.size === 0;
}

function isPort({ port, protocol = 'TCP' }: { readonly port: number; readonly protocol?: string }): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535 && ['TCP', 'UDP'].includes(protocol);
}

function isScaling([name, one]: readonly [string, Merged['autoscaling'][string]]): boolean {
  const { min, max, cpu_percent: percent = 70 } = one;
  const isName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
  return isName && min >= 1 && max >= min && percent >= 1 && percent <= 100;
}
