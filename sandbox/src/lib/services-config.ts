import { object, text, whole, type Json } from './json';

export interface ServicesConfig {
  readonly stateDirectory: string;
  readonly awsEndpoint: string;
  readonly launcher: { readonly url: string; readonly token: string };
  readonly prefix: string;
  readonly gitHub: {
    readonly port: number;
    readonly appId: number;
    readonly privateKeyPath: string;
    readonly webhookSecret: string;
  };
  readonly webhookPort: number;
  /** Where the AWS CLI is, when it is not on the PATH. */
  readonly awsCliFolder?: string;
  /** A folder with what a machine builds images with; absent: machines build none. */
  readonly buildTools?: string;
  /** Where apps answer by name, and the load balancer behind it; absent: there are none. */
  readonly front?: { readonly port: number; readonly balancer: string; readonly domain: string };
}

/** Reads the file that `up` writes; every problem is named at once. */
export function readServicesConfig(value: unknown): ServicesConfig {
  const problems: string[] = [];
  const root = object(value) ?? {};
  const part = (name: string): Json => object(root[name]) ?? {};
  const needText = (from: Json, name: string, where: string): string =>
    text(from[name]) ?? missing(problems, `${where} is no text`, '');
  const needNumber = (from: Json, name: string, where: string): number =>
    whole(Number(from[name])) ?? missing(problems, `${where} is no number`, 0);
  const awsCliFolder = text(root['aws_cli_folder']);
  const buildTools = text(root['build_tools']);
  const front = root['front'] === undefined ? undefined : part('front');
  const config: ServicesConfig = {
    stateDirectory: needText(root, 'state_dir', 'state_dir'),
    awsEndpoint: needText(part('aws'), 'endpoint_url', 'aws.endpoint_url'),
    launcher: {
      url: needText(part('launcher'), 'url', 'launcher.url'),
      token: needText(part('launcher'), 'token', 'launcher.token'),
    },
    prefix: needText(root, 'prefix', 'prefix'),
    gitHub: {
      port: needNumber(part('github'), 'port', 'github.port'),
      appId: needNumber(part('github'), 'app_id', 'github.app_id'),
      privateKeyPath: needText(part('github'), 'private_key_pem_path', 'github.private_key_pem_path'),
      webhookSecret: needText(part('github'), 'webhook_secret', 'github.webhook_secret'),
    },
    webhookPort: needNumber(part('webhook_proxy'), 'port', 'webhook_proxy.port'),
    ...(awsCliFolder !== undefined && { awsCliFolder }),
    ...(buildTools !== undefined && { buildTools }),
    ...(front && {
      front: {
        port: needNumber(front, 'port', 'front.port'),
        balancer: needText(front, 'balancer', 'front.balancer'),
        domain: needText(front, 'domain', 'front.domain'),
      },
    }),
  };
  if (problems.length > 0) throw new Error(`The services' configuration is broken: ${problems.join('; ')}.`);
  return config;
}

function missing<T>(problems: string[], problem: string, instead: T): T {
  problems.push(problem);
  return instead;
}
