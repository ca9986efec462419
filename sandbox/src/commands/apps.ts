import { join } from 'node:path';
import { startDnsServer } from '@multi-tenant-runner/testing';
import type { Progress } from '../lib/progress';
import { phaseOf, prepareFolder, sandboxPaths, type SandboxPaths } from '../lib/state';
import { runApps } from '../scenarios/apps';
import type { AppsContext } from '../scenarios/apps/looks';
import { takePictures } from '../scenarios/apps/pictures';
import { worksOnRunner } from '../scenarios/apps/samples';
import { showAround } from '../scenarios/apps/show-around';
import { startApps } from '../scenarios/apps/start';
import { allHeld, createChecks } from '../scenarios/kit/checks';
import { down } from './down';

export interface AppsOptions {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Stop while both tenants' apps answer, and leave everything up. */
  readonly keep: boolean;
  /** Take the pictures of docs/apps.md. */
  readonly pictures: boolean;
}

/**
 * `npm run sandbox -- apps`: an installation with the app plane in an emulator of its own; two tenants push to the fake
 * GitHub, and their apps answer. Exit code 0 only if every expectation held.
 */
export async function apps(options: AppsOptions): Promise<number> {
  const { progress, signal, keep } = options;
  const { root, folder } = options.paths;
  const paths = sandboxPaths(root, join(folder, 'apps'));
  const end = `SANDBOX_DIR=${paths.folder} npm run sandbox -- down`;
  if (phaseOf(paths) !== 'none') throw new Error(`A platform is up in ${paths.folder}; end it with "${end}".`);
  prepareFolder(paths);
  const checks = createChecks(progress.line);
  const zone: AppsContext['zone'] = new Map();
  const dns = await startDnsServer(zone, { recurses: true });
  try {
    const context = { ...(await startApps({ paths, progress, signal, zone, dnsServer: dns.address })), checks };
    await runApps(context, {
      isEnough: async () => {
        if (options.pictures) await takePictures(context, progress.line);
        // Whoever pushes next finds the example there, and not what a hostile build has left.
        if (keep) await context.tenants[0].push(worksOnRunner('hello'), 'Say hello');
        return keep;
      },
    });
    if (keep) progress.line(`${showAround(context)}To end it: ${end}`);
  } finally {
    dns.close();
    if (!keep || signal.aborted) await down(paths);
  }
  const broken = checks.all().filter(({ held }) => !held).length;
  progress.line(`\n${checks.all().length - broken} of ${checks.all().length} expectations held`);
  return allHeld(checks.all()) ? 0 : 1;
}
