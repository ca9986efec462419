import { findProblems } from './find-problems';

/** Figures of a plan: quantities of Kubernetes and counts. */
export type Plan = Readonly<Record<string, string | number>>;

interface Port {
  readonly port: number;
  readonly protocol?: string;
}
export type Egress = Readonly<Record<string, { readonly cidr: string; readonly ports: readonly Port[] }>>;
type Accounts = Readonly<
  Record<string, { readonly s3?: boolean; readonly policy_arns?: Readonly<Record<string, string>> }>
>;
type Autoscaling = Readonly<
  Record<string, { readonly min: number; readonly max: number; readonly cpu_percent?: number }>
>;

/** The variables of examples/tenant-namespace, as they stand in its tfvars file. */
export interface Settings {
  readonly cluster_name: string;
  readonly oidc_provider_arn: string;
  readonly plan_of_tier?: Readonly<Record<string, string>>;
  readonly defaults?: {
    readonly egress?: Egress;
    readonly ingress_namespaces?: readonly string[];
    readonly service_accounts?: Accounts;
    readonly cluster_admin?: string;
    readonly operator_groups?: readonly string[];
    readonly pod_identity?: boolean;
  };
  readonly tenants?: Readonly<
    Record<
      string,
      {
        readonly plan?: string;
        readonly isolation?: string;
        readonly egress?: Egress;
        readonly service_accounts?: Accounts;
        readonly autoscaling?: Autoscaling;
      }
    >
  >;
}

/**
 * Reads the text of a tfvars file in JSON.
 *
 * @throws Error when it is no JSON, lacks the cluster, or breaks rules of the module, with every one named
 */
export function parseSettings(text: string): Settings {
  const settings: unknown = JSON.parse(text);
  if (typeof settings !== 'object' || settings === null) throw new Error('The settings are not a JSON object.');
  for (const name of ['cluster_name', 'oidc_provider_arn'])
    if (typeof (settings as Record<string, unknown>)[name] !== 'string')
      throw new Error(`The settings have no ${name}; see examples/tenant-namespace/settings.tfvars.json.`);
  const problems = findProblems(settings as Settings);
  if (problems.length > 0) throw new Error(problems.join(' '));
  return settings as Settings;
}
