import type { Command } from 'commander';
import type { Answer } from '../answer';
import { exportedTenants, registeredTenants, renderTenantNamespaces } from '../commands/namespaces';
import type { Answering, ProgramDeps } from '../program-deps';

export function addNamespaces(
  program: Command,
  { answer, print }: { readonly answer: Answering; readonly print: (found: Answer) => void },
  { namespaces, defaultNamespaces }: ProgramDeps,
): void {
  program
    .command('namespaces')
    .description("the tenants' namespaces in Kubernetes")
    .command('render')
    .description('write the manifests of every active and suspended tenant')
    .requiredOption('--settings <file>', 'as in examples/tenant-namespace; also MTR_NAMESPACES', defaultNamespaces)
    .requiredOption('--out <folder>', 'where the files go, a folder for each namespace')
    .option('--tenants <file>', 'an export of the tenants table, instead of the table')
    .action(async ({ tenants, ...paths }) => {
      if (tenants !== undefined)
        return print(await renderTenantNamespaces(paths, exportedTenants(tenants, namespaces.files), namespaces));
      return answer(async ({ directory }) =>
        renderTenantNamespaces(paths, await registeredTenants(directory), namespaces),
      );
    });
}
