import { ensureBrowser } from '../../setup/browser.mjs';
import { awsCliFolder } from '../../setup/python.mjs';
import type { Progress } from '../lib/progress';
import { receiversFile } from '../lib/receivers';
import { runningSandbox, type SandboxPaths } from '../lib/state';
import { runCommand, upgradeCommand } from '../scenarios/demo/upgrade';
import { operate } from '../scenarios/operate/index';
import { buildMtr, createMtr } from '../scenarios/operate/mtr';

export interface RunOperateOptions {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** `npm run sandbox -- operate`: the verbs of mtr on a sandbox that is up. Exit code 0 only if all did as they say. */
export async function runOperate({ paths, progress, signal }: RunOperateOptions): Promise<number> {
  const { sandbox } = runningSandbox(paths);
  await buildMtr(paths.root, signal);
  const mtrs = createMtr(paths.root, sandbox, signal);
  const path = [awsCliFolder(paths.root), process.env['PATH']].filter((part) => part !== undefined).join(':');
  const upgradeByHand = (installationId: number): Promise<void> =>
    runCommand(upgradeCommand(`${sandbox.prefix}-tenants`, installationId), sandbox, { path, signal });
  const { ok, checks } = await operate({
    sandbox,
    ...mtrs,
    upgradeByHand,
    browser: await ensureBrowser({ log: progress.line }),
    receiver: { root: paths.root, file: receiversFile(paths) },
    signal,
    write: progress.line,
  });
  const broken = checks.filter(({ held }) => !held);
  progress.line(
    broken.length === 0
      ? `\nall ${checks.length} expectations of mtr held\n`
      : `\n${broken.length} of ${checks.length} expectations of mtr did not hold\n`,
  );
  return ok ? 0 : 1;
}
