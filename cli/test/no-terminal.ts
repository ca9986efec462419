import { PLAIN } from '../src/output/colours';
import { NO_PROGRESS } from '../src/output/progress';
import type { ProgramDeps } from '../src/program-deps';

/** For what writes into a pipe. */
export const NO_TERMINAL: Pick<ProgramDeps, 'isTerminal' | 'paint' | 'progress'> = {
  isTerminal: false,
  paint: PLAIN,
  progress: NO_PROGRESS,
};
