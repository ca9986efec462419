import type { Command } from 'commander';
import { acquireLock, listLocks, releaseLock, type LockRef } from '../commands/locks';
import type { Answering } from '../program-deps';
import { inTime } from '../read/parse-time';

const EPOCH = new Date(0);

/** Locks of a tenant: leases with a number that grows, and a line for those who wait. */
export function addLocks(program: Command, answer: Answering): void {
  const locks = program.command('lock').description("a tenant's locks: one holder at a time, over all repositories");
  locks
    .command('list <tenant>')
    .description('those that are held or waited for')
    .action((tenant) => answer((fleet) => listLocks(tenant, fleet)));
  named(locks.command('acquire <tenant> <lock>').description('take it, or renew it; prints its number'))
    .option('--ttl <time>', 'after it the lock is free again', '10m')
    .option('--wait <time>', 'for its turn, so long at most: 10m')
    .action((tenant, name, { holder, ttl, wait }) =>
      answer((fleet) => {
        const until = wait === undefined ? undefined : inTime(wait, fleet.clock.now());
        const lease = { ttl: inTime(ttl, EPOCH).getTime(), ...(until !== undefined && { until }) };
        return acquireLock(refOf(tenant, name, holder), lease, fleet);
      }),
    );
  named(locks.command('release <tenant> <lock>').description('give it back, or leave its line'))
    .option('--force', "also another's, which is recorded")
    .option('--reason <text>', 'why: kept with a forced release')
    .action((tenant, name, { holder, force = false, reason }) =>
      answer((fleet) =>
        releaseLock(refOf(tenant, name, holder), { force, ...(reason !== undefined && { reason }) }, fleet),
      ),
    );
}

function named(command: Command): Command {
  return command.requiredOption('--holder <name>', 'what you call yourself, such as the id of a run');
}

const refOf = (tenant: string, name: string, holder: string): LockRef => ({ tenant, name, holder });
