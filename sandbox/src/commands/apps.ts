import { join } from 'node:path';
import { arch } from 'node:process';
import { OIDC_PREFIX } from '../github/oidc';
import { createApp } from '../lib/app';
import { startEmulator } from '../lib/emulator';
import { terraformOf } from '../lib/example';
import { freePorts } from '../lib/ports';
import type { Progress } from '../lib/progress';
import { startServices } from '../lib/start-services';
import {
  phaseOf,
  prepareFolder,
  sandboxPaths,
  writePrivateJson,
  type RecordedProcess,
  type SandboxPaths,
} from '../lib/state';
import { emulatedEndpoint } from '../lib/webhook-address';
import { runApps } from '../scenarios/apps';
import { createPlatform } from '../scenarios/apps/platform';
import { joinTenant, send } from '../scenarios/apps/tenant';
import { allHeld, createChecks } from '../scenarios/kit/checks';
import { down } from './down';

export interface AppsOptions {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Leave everything up at the end. */
  readonly keep: boolean;
}

/**
 * `npm run sandbox -- apps`: an installation with the app plane in an emulator of its own; two tenants push to the fake
 * GitHub, and their apps answer. Exit code 0 only if every expectation held.
 */
export async function apps({ paths: { root, folder }, progress, signal, keep }: AppsOptions): Promise<number> {
  const paths = sandboxPaths(root, join(folder, 'apps'));
  const end = `SANDBOX_DIR=${paths.folder} npm run sandbox -- down`;
  if (phaseOf(paths) !== 'none') throw new Error(`A platform is up in ${paths.folder}; end it with "${end}".`);
  prepareFolder(paths);
  const processes: RecordedProcess[] = [];
  const record = (one: RecordedProcess): void => {
    processes.push(one);
    writePrivateJson(paths.recordFile, { created_at: new Date().toISOString(), processes });
  };
  const checks = createChecks(progress.line);
  const step = <T>(title: string, work: () => Promise<T>): Promise<T> => progress.step(title, work);
  const [port = 0, githubPort = 0, webhookPort = 0] = await freePorts(3);
  try {
    const emulator = await startEmulator({ paths, port, signal, record });
    const app = await createApp(paths);
    const services = { paths, prefix: 'apps', emulator, app, githubPort, webhookPort, record, signal };
    const { api_url: apiUrl, control_url: control } = await startServices(services);
    const example = join(root, 'sandbox', 'terraform', 'apps');
    const terraform = await terraformOf(emulator.aws, { example, paths, signal });
    const inputs = join(paths.config, 'apps.tfvars.json');
    const { keyBase64: key_base64, webhookSecret: webhook_secret } = app;
    writePrivateJson(inputs, {
      github: { app_id: app.id, key_base64, webhook_secret, api_url: apiUrl, issuer: `${apiUrl}${OIDC_PREFIX}` },
      architecture: arch === 'arm64' ? 'arm64' : 'x86_64',
    });
    await terraform('init');
    await step('terraform apply', () => terraform('apply', '-auto-approve', `-var-file=${inputs}`));
    const outputs = JSON.parse(await terraform('output', '-json')) as Record<string, { readonly value: unknown }>;
    const webhook = emulatedEndpoint(String(outputs['webhook']?.value), emulator.aws.endpoint_url);
    await send(`${control}/webhook-target`, 'POST', { url: webhook });
    const { operators } = outputs['api']?.value as { readonly operators: string };
    const work = join(paths.folder, 'work');
    const tenants = [await joinTenant(control, 'acme', work), await joinTenant(control, 'globex', work)] as const;
    const balancer = `${emulator.aws.endpoint_url}/_alb/apps`;
    await runApps({ platform: createPlatform(emulator, operators), balancer, control, tenants, checks, step, signal });
  } finally {
    if (!keep || signal.aborted) await down(paths);
  }
  const broken = checks.all().filter(({ held }) => !held).length;
  progress.line(`\n${checks.all().length - broken} of ${checks.all().length} expectations held`);
  return allHeld(checks.all()) ? 0 : 1;
}
