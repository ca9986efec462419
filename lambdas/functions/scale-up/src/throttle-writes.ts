import { SECOND, Throttled, hashOf, type ConfigStore } from '@multi-tenant-runner/core';
import type { ScaleUpDeps } from './deps';
import { createFairQueue, onTimer, pauseBy, type FairQueueOptions } from './fair-queue';
import { createPacedLaunches, type Line } from './paced-launches';

/**
 * Configurations that this container stores at once: SSM takes three a second of an account that has not asked for
 * more, and refuses the rest, which costs nothing but the try.
 */
const AT_ONCE = 3;
/** Milliseconds: SSM answers in a tenth of that. */
const LONGEST_TURN = 2 * SECOND;

/**
 * Tries of a configuration that SSM throttles, about a second apart: its machine is paid for, and boots for longer than
 * that.
 */
const TRIES = 24;

type ConfigEntry = Parameters<ConfigStore['put']>[0];

/** With the line in which its launches stand. */
type PacedDeps = ScaleUpDeps & { readonly line: Line };

/**
 * The writes that AWS allows an account only a few times a second: launches at their place in the account's line,
 * configurations a few at a time from this container, both in turn by tenant.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
export function throttleWrites(deps: ScaleUpDeps, after: FairQueueOptions['after'] = onTimer): PacedDeps {
  const { launch, line } = createPacedLaunches(deps, after);
  const pause = pauseBy(after);
  const configs = createFairQueue({ atOnce: AT_ONCE, longest: LONGEST_TURN, after });
  const { fleet, pooling } = deps;
  const put = async (entry: ConfigEntry, onWait?: () => Promise<unknown>, tries = 1): Promise<void> => {
    try {
      await configs.take(entry.installationId, () => deps.configs.put(entry));
    } catch (cause) {
      if (!(cause instanceof Throttled) || tries === TRIES) throw cause;
      await onWait?.();
      // Others of other containers try again, too.
      await pause(SECOND / 2 + (hashOf(`${entry.launchId} ${tries}`) % SECOND));
      await put(entry, onWait, tries + 1);
    }
  };
  return {
    ...deps,
    line,
    fleet: {
      run: (request) => launch(request.installationId, 1, () => fleet.run(request)),
      runGroup: (request) => launch(request.installationId, request.launchIds.length, () => fleet.runGroup(request)),
      findByToken: (clientToken) => fleet.findByToken(clientToken),
      terminate: (instanceIds) => fleet.terminate(instanceIds),
    },
    configs: {
      put: (entry, onWait) => put(entry, onWait),
      remove: (installationId, launchIds) => deps.configs.remove(installationId, launchIds),
    },
    ...(pooling !== undefined && {
      pooling: {
        ...pooling,
        blanks: {
          // A machine that nobody waits for is one more tenant's, whose turn comes.
          start: (request) => launch(request.dedicated ?? 0, request.machines, () => pooling.blanks.start(request)),
          dress: (machine, owner) => pooling.blanks.dress(machine, owner),
        },
      },
    }),
  };
}
