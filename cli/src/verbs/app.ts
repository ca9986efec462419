import type { Command } from 'commander';
import type { Answer } from '../answer';
import { createApp } from '../commands/create-app';
import type { Target } from '../connect';
import { address } from '../options';
import type { ProgramDeps } from '../program-deps';

export function addApp(
  program: Command,
  { target, print }: { readonly target: () => Target; readonly print: (found: Answer) => void },
  { connectAccount, tell, fetch }: Pick<ProgramDeps, 'connectAccount' | 'tell' | 'fetch'>,
): void {
  program
    .command('app')
    .description('the GitHub App')
    .command('create')
    .description('make it at GitHub, keep its secrets in SSM or Secrets Manager, and print the block for the module')
    .option('--organization <login>', 'whose it is; else yours')
    .option('--name <name>', 'at GitHub; else the prefix')
    .option('--webhook-url <url>', 'the output webhook.endpoint; without it the webhook is off', address)
    .option('--users', 'user accounts may be tenants too')
    .option('--feedback', 'GitHub shows on commits why jobs wait: check_runs of the module')
    .option('--apps', "pushes deploy tenants' apps: modules/apps")
    .option('--secrets-manager', 'keep the key and the webhook secret in Secrets Manager, not in SSM')
    .option('--github-api-url <url>', 'as github_api_url of the module', address, 'https://api.github.com')
    .action(
      async ({
        organization,
        name,
        webhookUrl,
        users = false,
        feedback = false,
        apps = false,
        secretsManager = false,
        githubApiUrl,
      }) => {
        const { prefix, ...where } = target();
        const options = {
          prefix,
          name: name ?? prefix,
          users,
          feedback,
          apps,
          inSecretsManager: secretsManager,
          apiUrl: githubApiUrl,
          ...(organization !== undefined && { organization }),
          ...(webhookUrl !== undefined && { webhookUrl }),
        };
        print(await createApp(options, { account: await connectAccount(where), fetch, tell }));
      },
    );
}
