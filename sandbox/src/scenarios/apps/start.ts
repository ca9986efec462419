import { join } from 'node:path';
import { arch } from 'node:process';
import { OIDC_PREFIX } from '../../github/oidc';
import { apisOf } from '../../lib/api-addresses';
import { createApp } from '../../lib/app';
import { startEmulator } from '../../lib/emulator';
import { changesOf, terraformOf, type Terraform } from '../../lib/example';
import { freePorts } from '../../lib/ports';
import type { Progress } from '../../lib/progress';
import { startServices } from '../../lib/start-services';
import { writePrivateJson, type RecordedProcess, type SandboxPaths } from '../../lib/state';
import { emulatedEndpoint } from '../../lib/webhook-address';
import { buildMtr, createMtr } from '../operate/mtr';
import { DOMAIN, type AppsContext } from './looks';
import { createPlatform } from './platform';
import { PLATFORM, platformFiles } from './samples';
import { joinTenant, send } from './tenant';

const PREFIX = 'apps';
const AS_KNOWN = '-refresh=false';

export interface StartOptions {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** What DNS is to have, and who answers for it. */
  readonly zone: AppsContext['zone'];
  readonly dnsServer: string;
}

/** An installation with the app plane in an emulator of its own, with a GitHub and two tenants. */
export async function startApps(options: StartOptions): Promise<Omit<AppsContext, 'checks'>> {
  const { paths, progress, signal, zone } = options;
  const { outputs, terraform, inputs, services, aws, launcher, front } = await install(options);
  const { control_url: control } = services;
  const value = (name: string): unknown => outputs[name]?.value;
  await send(`${control}/webhook-target`, 'POST', {
    url: emulatedEndpoint(String(value('webhook')), aws.endpoint_url),
  });
  const file = { prefix: PREFIX, aws, outputs: { api: { endpoints: value('api') } } };
  const apis = apisOf(file);
  await buildMtr(paths.root, signal);
  const folder = join(paths.folder, 'work');
  const tenants = [
    await joinTenant(control, { login: 'acme', folder }),
    await joinTenant(control, { login: 'globex', folder }),
  ] as const;
  const ours = await joinTenant(control, { ...PLATFORM, folder, public: true });
  await ours.push(platformFiles(), 'what tenants build with');
  for (const { id } of tenants)
    for (const [name, given] of [
      ['MTR_API', apis.tenants],
      ['MTR_AUDIENCE', PREFIX],
    ] as const)
      await send(`${control}/installations/${id}/variables/${name}`, 'PUT', { value: given });
  return {
    platform: createPlatform({ aws, launcher, apis, listenerArn: String(value('listener_arn')) }),
    paths,
    front,
    control,
    zone,
    mtr: createMtr(paths.root, file, signal).mtr,
    changes: () => changesOf(terraform, paths, [`-var-file=${inputs}`]),
    buildOnRunners: async () => {
      await terraform('apply', '-auto-approve', AS_KNOWN, `-var-file=${inputs}`, '-var=builder=runner');
    },
    tenants,
    step: (title, work) => progress.step(title, work),
    signal,
  };
}

type Outputs = Readonly<Record<string, { readonly value: unknown } | undefined>>;

async function install({ paths, progress, signal, dnsServer }: StartOptions) {
  const processes: RecordedProcess[] = [];
  const record = (one: RecordedProcess): void => {
    processes.push(one);
    writePrivateJson(paths.recordFile, { created_at: new Date().toISOString(), processes });
  };
  const [port = 0, githubPort = 0, webhookPort = 0, frontPort = 0] = await freePorts(4);
  const emulator = await startEmulator({ paths, port, signal, record });
  const { aws, launcher } = emulator;
  const app = await createApp(paths);
  const front = { port: frontPort, balancer: `${aws.endpoint_url}/_alb/${PREFIX}`, domain: DOMAIN };
  const described = { paths, prefix: PREFIX, emulator, app, githubPort, webhookPort, front, record, signal };
  const services = await startServices(described);
  const example = join(paths.root, 'sandbox', 'terraform', 'apps');
  const terraform: Terraform = await terraformOf(aws, { example, paths, signal });
  const inputs = join(paths.config, 'apps.tfvars.json');
  const { keyBase64: key_base64, webhookSecret: webhook_secret } = app;
  const { api_url: apiUrl } = services;
  writePrivateJson(inputs, {
    github: { app_id: app.id, key_base64, webhook_secret, api_url: apiUrl, issuer: `${apiUrl}${OIDC_PREFIX}` },
    dns_servers: [dnsServer],
    architecture: arch === 'arm64' ? 'arm64' : 'x86_64',
  });
  await terraform('init');
  await progress.step('terraform apply', () => terraform('apply', '-auto-approve', `-var-file=${inputs}`));
  const outputs = JSON.parse(await terraform('output', '-json')) as Outputs;
  return { outputs, terraform, inputs, services, aws, launcher, front: `http://127.0.0.1:${frontPort}` };
}
