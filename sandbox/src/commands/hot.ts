import { prepareReapply, type Reapplying } from './reapply';
import { runningSandbox } from '../lib/state';
import { runHot } from '../scenarios/hot/index';

/** `npm run sandbox -- hot`: how soon a job runs whose machine is already there, on a sandbox that is up. */
export async function hot({ paths, progress, signal }: Reapplying): Promise<number> {
  const { sandbox } = runningSandbox(paths);
  const reapply = await prepareReapply({ paths, signal });
  const applyWith = (poolSize: number): Promise<void> => {
    progress.line(poolSize === 0 ? 'the pool goes' : `a pool of ${poolSize}`);
    return reapply({ pool_size: String(poolSize) });
  };
  return (await runHot({ sandbox, applyWith, signal, write: progress.line })) ? 0 : 1;
}
