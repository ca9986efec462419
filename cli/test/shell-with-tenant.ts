import { createShell } from './shell';

/** With a tenant that has the quota of two apps. */
export function createShellWithTenant() {
  const shell = createShell();
  shell.harness.addTenant();
  const small = { apps: 2, tasks: 4, vcpu: 1, memoryGb: 2, secrets: 20, buildsPerHour: 10 };
  shell.apps.settings = {
    domain: 'apps.example.test',
    https: true,
    builder: 'runner',
    quotas: new Map([['small', small]]),
    reservedNames: [],
  };
  return shell;
}
