import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createControl, CONTROL_PREFIX } from '../control/control';
import { interceptorOf, unreliable } from '../faults/answers';
import { createFaults } from '../faults/faults';
import { createWebhookProxy } from '../webhook-proxy/webhook-proxy';
import { createApi } from '../github/rest/api';
import { createCallCounts } from '../github/rest/calls';
import { postOverHttp } from '../github/webhooks/deliveries';
import { createGitHub } from '../github/github';
import { scriptOf } from '../github/job-scripts';
import { OIDC_PREFIX, createOidc } from '../github/oidc';
import { startFront } from './front';
import { listen } from './http';
import { createLauncher } from '../machines/launcher';
import { watchMachines } from '../machines/machines';
import { readServicesConfig, type ServicesConfig } from './services-config';

export interface Services {
  readonly gitHubPort: number;
  readonly webhookPort: number;
  readonly stop: () => Promise<void>;
}

/** The fake GitHub with its control API, the webhook proxy and the machines, in one process. */
export async function startServices(config: ServicesConfig, machinePath: string): Promise<Services> {
  let webhookTarget: string | undefined;
  let webhookPort = config.webhookPort;
  let gitHubPort = config.gitHub.port;
  const { appId, webhookSecret } = config.gitHub;
  const faults = createFaults();
  const github = createGitHub({
    appId,
    webhookSecret,
    webhookUrl: () => `http://127.0.0.1:${webhookPort}/webhook`,
    transport: unreliable(postOverHttp, faults),
    gitFolder: join(config.stateDirectory, 'git'),
  });
  const launcher = createLauncher(config.launcher);
  const calls = createCallCounts();
  const oidc = createOidc(github, () => `http://127.0.0.1:${gitHubPort}`);
  const path = [config.buildTools, config.awsCliFolder, machinePath].filter((one) => one !== undefined).join(':');
  const machines = watchMachines({
    launcher,
    boots: (tenantId) => faults.takeMachine(tenantId) === undefined,
    connect: github.work.connect,
    jobs: {
      scriptOf: (id) => scriptOf(github, oidc, `http://127.0.0.1:${gitHubPort}`, id),
      end: (id, conclusion) => void github.work.end(id, conclusion),
      logFile: (id) => join(config.stateDirectory, 'logs', 'jobs', `${id}.log`),
    },
    awsEndpoint: config.awsEndpoint,
    stateDirectory: config.stateDirectory,
    path,
    complain: (problem) => console.error(problem),
  });
  const control = createControl({
    oidc,
    github,
    calls,
    machines: machines.views,
    setWebhookTarget: (url) => (webhookTarget = url),
    faults: { faults, endMachine: launcher.end, polling: launcher.polling, aws: launcher.faults },
  });
  const publicKey = createPublicKey(readFileSync(config.gitHub.privateKeyPath));
  const api = createApi({
    github,
    publicKey,
    calls,
    intercept: interceptorOf(faults),
    url: () => `http://127.0.0.1:${gitHubPort}`,
  });
  const gitHubServer = await listen(gitHubPort, (call) => {
    if (call.path.startsWith(CONTROL_PREFIX)) return control(call);
    return call.path.startsWith(OIDC_PREFIX) ? oidc.handle(call) : api(call);
  });
  gitHubPort = gitHubServer.port;
  const proxyServer = await listen(
    webhookPort,
    createWebhookProxy({ github, webhookSecret, target: () => webhookTarget }),
  );
  webhookPort = proxyServer.port;
  const front = config.front && (await startFront(config.front.port, config.front));
  return {
    gitHubPort,
    webhookPort,
    stop: async () => {
      github.work.stop();
      await Promise.all([machines.stop(), gitHubServer.close(), proxyServer.close(), front?.close()]);
    },
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('services: --config FILE is missing.');
  const config = readServicesConfig(JSON.parse(readFileSync(values.config, 'utf8')));
  const services = await startServices(config, process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin');
  console.log(
    `GitHub at http://127.0.0.1:${services.gitHubPort}, webhooks at http://127.0.0.1:${services.webhookPort}/webhook`,
  );
  const stop = (): void => void services.stop().finally(() => process.exit(0));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, stop);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });
}
