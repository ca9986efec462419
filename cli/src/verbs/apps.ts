import type { Command } from 'commander';
import { addHost, listHosts, removeHost } from '../commands/app-hosts';
import { listSecrets, setAppSecret, unsetAppSecret } from '../commands/app-secrets';
import { changeApp, createApp, linkAppLogs, listApps, scaleApp, showApp } from '../commands/apps';
import { deployApp, explainApp, listDeployments, rollBackApp } from '../commands/deployments';
import { initApp } from '../commands/init-app';
import { change, changeOptions, gitHubId, paged, wholeNumber } from '../options';
import type { Answer } from '../answer';
import type { Answering, ProgramDeps } from '../program-deps';

/** Tenants' apps: what runs at which address, and what became of each push. */
export function addApps(
  program: Command,
  { answer, print }: { readonly answer: Answering; readonly print: (found: Answer) => void },
  { lines, namespaces: { files } }: Pick<ProgramDeps, 'lines' | 'namespaces'>,
): void {
  const apps = program.command('apps').description("tenants' apps: a push to a branch deploys one");
  paged(apps.command('list <tenant>').description("a tenant's apps")).action((tenant, page) =>
    answer((fleet) => listApps(tenant, page, fleet)),
  );
  apps
    .command('show <app>')
    .description('what an app is to be, and what answers at its address')
    .action((app) => answer((fleet) => showApp(app, fleet)));
  apps
    .command('logs <app>')
    .description("where an app's lines are")
    .action((app) => answer((fleet) => linkAppLogs(app, fleet)));
  paged(apps.command('deployments <app>').description('its deployments, newest first')).action((app, page) =>
    answer((fleet) => listDeployments(app, page, fleet)),
  );
  apps
    .command('why <app> [deployment]')
    .description('one sentence: what the newest deployment does and why, and who can act')
    .action((app, deployment) => answer((fleet) => explainApp(app, deployment, fleet)));
  addCreate(apps, answer);
  apps
    .command('init [folder]')
    .description("write the workflow that builds an app into a tenant's repository")
    .requiredOption('--builds <workflow>', 'owner/name/.github/workflows/build-app.yml@ref of the platform')
    .requiredOption('--api <url>', "the API's address for tenants, with its /v1")
    .requiredOption('--audience <name>', 'api.github_tokens.audience of the module')
    .option('--labels <list>', 'of the runners that build', 'self-hosted,linux,x64,small')
    .option('--workflow <file>', 'as workflow of modules/apps', 'mtr-deploy.yml')
    .action((folder = '.', { labels, workflow: file, ...plan }) =>
      print(initApp({ folder, file, ...plan, labels: labels.split(',') }, files)),
    );
  addDomains(apps, answer);
  addSecrets(apps, answer, lines);
  change(apps.command('deploy <app>').description('deploy a commit as a push would; without one the last, once more'))
    .option('--commit <sha>', 'its whole name')
    .action((app, options) => answer((fleet) => deployApp(app, options.commit, changeOptions(options), fleet)));
  change(apps.command('rollback <app>').description('go back to the image of the version before; nothing is built'))
    .option('--to <version>', 'of a deployment, or of a commit by its first 7 characters or more')
    .action((app, options) => answer((fleet) => rollBackApp(app, options.to, changeOptions(options), fleet)));
  sized(
    change(apps.command('scale <app>').description("change its tasks, their size or port, within the tenant's quota")),
  )
    .option('--port <n>', 'where its container listens', wholeNumber)
    .action((app, options) => answer((fleet) => scaleApp(app, sizeOf(options), changeOptions(options), fleet)));
  for (const [kind, description] of [
    ['suspend', 'end its tasks; its address answers 503'],
    ['resume', 'start its tasks again'],
    ['delete', 'remove it with all that it has'],
  ] as const)
    change(apps.command(`${kind} <app>`).description(description)).action((app, options) =>
      answer((fleet) => changeApp(app, kind, changeOptions(options), fleet)),
    );
}

function addCreate(apps: Command, answer: Answering): void {
  sized(change(apps.command('create <tenant> <app>').description('declare an app: a push to its branch deploys it')))
    .requiredOption('--repository <owner/name>', 'where it is')
    .requiredOption('--repository-id <id>', "GitHub's id of that repository", gitHubId)
    .option('--branch <name>', 'whose pushes count: main')
    .option('--directory <path>', 'where its Dockerfile is: the root')
    .option('--port <n>', 'where its container listens: 8080', wholeNumber)
    .option('--preview', 'a copy for each pull request, as long as it is open')
    .option('--health <path>', 'what answers while it is well: /')
    .action((tenant, name, options) =>
      answer((fleet) => {
        const { repository, repositoryId, branch, directory, port, preview, health, count, cpu, memory } = options;
        const size = cpu === undefined && memory === undefined ? undefined : { cpu, memory };
        const path = health === undefined ? undefined : { path: health };
        const given = { branch, directory, port, preview, health: path, count, size };
        const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        const declaration = { ...said, name, repository, repository_id: repositoryId };
        return createApp(tenant, declaration, changeOptions(options), fleet);
      }),
    );
}

function addDomains(apps: Command, answer: Answering): void {
  apps
    .command('domains <app>')
    .description("domains of its tenant's own, each with the record that proves it, and what DNS said")
    .action((app) => answer((fleet) => listHosts(app, fleet)));
  change(apps.command('add-domain <app> <domain>').description('ask for a domain, or for another look at one')).action(
    (app, domain, options) => answer((fleet) => addHost(app, domain, changeOptions(options), fleet)),
  );
  change(apps.command('remove-domain <app> <domain>').description('take a domain off')).action((app, domain, options) =>
    answer((fleet) => removeHost(app, domain, changeOptions(options), fleet)),
  );
}

interface Sized {
  readonly count?: number | undefined;
  readonly cpu?: number | undefined;
  readonly memory?: number | undefined;
}

function addSecrets(apps: Command, answer: Answering, lines: AsyncIterable<string>): void {
  apps
    .command('secrets <app>')
    .description('names of its secrets; nobody is shown a value')
    .action((app) => answer((fleet) => listSecrets(app, fleet)));
  change(
    apps
      .command('set-secret <app> <variable>')
      .description('set a variable of its tasks to what comes on standard input; what runs is deployed with it'),
  ).action((app, name, options) =>
    answer((fleet) => setAppSecret(app, { name, lines }, changeOptions(options), fleet)),
  );
  change(apps.command('unset-secret <app> <variable>').description('take a secret from it')).action(
    (app, name, options) => answer((fleet) => unsetAppSecret(app, name, changeOptions(options), fleet)),
  );
}

function sized(command: Command): Command {
  return command
    .option('--count <n>', 'tasks', wholeNumber)
    .option('--cpu <n>', 'of each; 1024 is one vCPU', wholeNumber)
    .option('--memory <mib>', 'of each', wholeNumber);
}

function sizeOf({ count, cpu, memory, port }: Sized & { readonly port?: number | undefined }) {
  return {
    ...(port !== undefined && { port }),
    ...(count !== undefined && { count }),
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
  };
}
