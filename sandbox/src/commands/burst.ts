import { prepareReapply, type Reapplying } from './reapply';
import { runningSandbox } from '../lib/state';
import { runBurst } from '../scenarios/burst/index';

/** `npm run sandbox -- burst`: how soon forty tenants get a machine at the same moment, on a sandbox that is up. */
export async function burst({ paths, progress, signal }: Reapplying): Promise<number> {
  const { sandbox } = runningSandbox(paths);
  const reapply = await prepareReapply({ paths, signal });
  const applyWith = (sharedCalls: boolean): Promise<void> => {
    progress.line(sharedCalls ? 'tenants share calls' : 'each tenant has calls of its own again');
    return reapply({ shared_calls: String(sharedCalls) });
  };
  return (await runBurst({ sandbox, applyWith, signal, write: progress.line })) ? 0 : 1;
}
