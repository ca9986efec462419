import { join } from 'node:path';
import { startPostgres } from '../../setup/postgres.mjs';
import { startEmulator } from '../lib/emulator';
import { terraformOf } from '../lib/example';
import { freePorts } from '../lib/ports';
import type { Progress } from '../lib/progress';
import { phaseOf, prepareFolder, sandboxPaths, writePrivateJson, type SandboxPaths } from '../lib/state';
import { allHeld, createChecks } from '../scenarios/kit/checks';
import { runSaas } from '../scenarios/saas';
import { balancerOf } from '../scenarios/saas/context';
import { down } from './down';

export interface SaasOptions {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Leave platform and emulator up before anything is taken out. */
  readonly keep: boolean;
}

/**
 * `npm run sandbox -- saas`: applies examples/saas-platform to an emulator of its own, tries it from outside and from
 * within, takes a tenant out and destroys it. Exit code 0 only if every expectation held.
 */
export async function saas({ paths: { root, folder }, progress, signal, keep }: SaasOptions): Promise<number> {
  const paths = sandboxPaths(root, join(folder, 'saas'));
  const end = `SANDBOX_DIR=${paths.folder} npm run sandbox -- down`;
  if (phaseOf(paths) !== 'none') throw new Error(`A platform is up in ${paths.folder}; end it with "${end}".`);
  prepareFolder(paths);
  const [port = 0] = await freePorts(1);
  const checks = createChecks(progress.line);
  const database = await startPostgres().catch((error: unknown) => {
    if (!(error instanceof Error && 'missingTool' in error)) throw error;
    progress.line(`${error.message} Without it no task tries the database.`);
    return undefined;
  });
  try {
    const { aws, launcher } = await startEmulator({
      paths,
      port,
      signal,
      database,
      record: (one) => writePrivateJson(paths.recordFile, { created_at: new Date().toISOString(), processes: [one] }),
    });
    const terraform = await terraformOf(aws, { example: join(root, 'examples', 'saas-platform'), paths, signal });
    const step = <T>(title: string, work: () => Promise<T>): Promise<T> => progress.step(title, work);
    await runSaas({ terraform, ...(database && { database }), aws, launcher, paths, checks, step, signal, keep });
    if (keep) progress.line(`\ncurl -H 'Host: acme-corp.example.com' ${balancerOf(aws)}/\nTo end it: ${end}`);
  } finally {
    await database?.stop();
    if (!keep || signal.aborted) await down(paths);
  }
  const broken = checks.all().filter(({ held }) => !held).length;
  progress.line(`\n${checks.all().length - broken} of ${checks.all().length} expectations held`);
  return allHeld(checks.all()) ? 0 : 1;
}
