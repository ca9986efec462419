import type { Command } from 'commander';
import { removeCallback, rotateCallback, setCallback, showCallback } from '../commands/callbacks';
import { change, changeOptions } from '../options';
import type { Answering } from '../program-deps';

/** What a tenant's own events are sent to. */
export function addCallbacks(tenants: Command, answer: Answering): void {
  tenants
    .command('show-callback <tenant>')
    .description("where a tenant's own events are sent to, and whether they arrive")
    .action((tenant) => answer((fleet) => showCallback(tenant, fleet)));
  change(
    tenants
      .command('set-callback <tenant> <url>')
      .description("send a tenant's own events to an address, signed with a new secret"),
  ).action((tenant, url, options) => answer((fleet) => setCallback(tenant, url, changeOptions(options), fleet)));
  change(
    tenants.command('rotate-callback <tenant>').description('make a new secret; the old one counts for a day'),
  ).action((tenant, options) => answer((fleet) => rotateCallback(tenant, changeOptions(options), fleet)));
  change(
    tenants.command('remove-callback <tenant>').description('send a tenant no more events, and forget the secret'),
  ).action((tenant, options) => answer((fleet) => removeCallback(tenant, changeOptions(options), fleet)));
}
