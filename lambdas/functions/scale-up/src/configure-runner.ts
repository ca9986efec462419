import {
  MINUTE,
  Throttled,
  plus,
  runnerName,
  type GitHubFailure,
  type Launch,
  type RunnerPlace,
} from '@multi-tenant-runner/core';
import type { ScaleUpDeps } from './deps';
import type { WithMachine } from './machine-note';

/** How long a stored configuration may wait for its machine; GitHub forgets an unused registration after a day. */
const PARAMETER_LIFETIME = 60 * MINUTE;

export interface RunnerSettings {
  readonly place: RunnerPlace;
  readonly runnerGroupId: number;
  readonly tenantTier: string;
  /** Once the machine is the tenant's own; false: it can't be. Nothing is stored for it before. */
  readonly dressed: Promise<boolean>;
  /** Called before this takes longer than it usually does. */
  readonly onWait: () => Promise<unknown>;
}

export type Configured =
  | { readonly kind: 'stored'; readonly name: string; readonly runnerId?: number }
  | { readonly kind: 'github'; readonly failure: GitHubFailure; readonly mayBeRegistered: boolean }
  | { readonly kind: 'undressed' }
  | { readonly kind: 'throttled' };

/**
 * Registers the machine's runner at GitHub and stores its configuration where only that machine can claim it. A name
 * that exists is our own earlier attempt: used when the machine may have its configuration, else replaced.
 */
export async function configureRunner(
  launch: WithMachine,
  settings: RunnerSettings,
  deps: ScaleUpDeps,
): Promise<Configured> {
  const name = runnerName(deps.environment, launch.instanceId);
  const minted = await mint(launch, name, settings, deps);
  if (minted.kind === 'in-use') return { kind: 'stored', name, runnerId: minted.runnerId };
  if (minted.kind !== 'created')
    return {
      kind: 'github',
      failure: minted,
      mayBeRegistered: minted.kind === 'unavailable' || minted.wasThere === true,
    };
  if (!(await settings.dressed)) return { kind: 'undressed' };
  try {
    const entry = {
      installationId: launch.installationId,
      launchId: launch.launchId,
      value: minted.jitConfig,
      tenantTier: settings.tenantTier,
      tier: launch.tier,
      expiresAt: plus(deps.clock.now(), PARAMETER_LIFETIME),
    };
    await deps.configs.put(entry, settings.onWait);
  } catch (cause) {
    if (cause instanceof Throttled) return { kind: 'throttled' };
    throw cause;
  }
  return { kind: 'stored', name, runnerId: minted.runnerId };
}

/** `wasThere`: an earlier attempt's registration, which could not be looked at or removed. */
type Minted =
  | { readonly kind: 'created'; readonly runnerId: number; readonly jitConfig: string }
  | { readonly kind: 'in-use'; readonly runnerId: number }
  | (GitHubFailure & { readonly wasThere?: boolean });

async function mint(
  launch: Launch,
  name: string,
  { place, runnerGroupId, onWait }: RunnerSettings,
  deps: ScaleUpDeps,
): Promise<Minted> {
  const tier = deps.settings.tiers.get(launch.tier);
  if (tier === undefined)
    return { kind: 'refused', status: 0, message: `tier ${launch.tier} is not configured any more` };
  const runner = { name, labels: tier.labels, runnerGroupId };
  const unclear = await deps.github.createJitConfig(place, runner);
  if (unclear.kind === 'unavailable') await onWait();
  // A machine stands by. Had GitHub registered the runner all the same, the second answer says so.
  const first = unclear.kind === 'unavailable' ? await deps.github.createJitConfig(place, runner) : unclear;
  if (first.kind !== 'exists') return first;
  const found = await deps.github.findRunner(place, name);
  if (found.kind !== 'found') return { ...found, wasThere: true };
  if (found.runner !== undefined) {
    if (found.runner.online || found.runner.busy || launch.jitStored === true)
      return { kind: 'in-use', runnerId: found.runner.id };
    const deleted = await deps.github.deleteRunner(place, found.runner.id);
    if (deleted.kind === 'busy') return { kind: 'in-use', runnerId: found.runner.id };
    if (deleted.kind === 'refused' || deleted.kind === 'limited' || deleted.kind === 'unavailable')
      return { ...deleted, wasThere: true };
  }
  const second = await deps.github.createJitConfig(place, runner);
  return second.kind === 'exists'
    ? { kind: 'unavailable', message: 'GitHub keeps a registration that it could not delete' }
    : second;
}
