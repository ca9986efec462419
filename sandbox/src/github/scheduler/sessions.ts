import type { Conclusion } from '../state/model';

export interface SessionEnd {
  readonly reason: 'job-ended' | 'removed' | 'disconnected';
  readonly conclusion?: Conclusion;
}

/** What a connected runner waits for. */
export interface Waiting {
  /** The id of the job that the runner took. */
  readonly hasJob: Promise<number>;
  readonly ended: Promise<SessionEnd>;
}

export interface Sessions {
  readonly open: (runnerId: number) => Waiting;
  readonly isOpen: (runnerId: number) => boolean;
  readonly giveJob: (runnerId: number, jobId: number) => void;
  readonly end: (runnerId: number, end: SessionEnd) => void;
}

/** The runners that are connected at the moment. */
export function createSessions(): Sessions {
  const open = new Map<number, { took: (jobId: number) => void; over: (end: SessionEnd) => void }>();
  return {
    open: (runnerId) => {
      let took: (jobId: number) => void = () => undefined;
      let over: (end: SessionEnd) => void = () => undefined;
      const hasJob = new Promise<number>((resolve) => (took = resolve));
      const ended = new Promise<SessionEnd>((resolve) => (over = resolve));
      open.set(runnerId, { took, over });
      return { hasJob, ended };
    },
    isOpen: (runnerId) => open.has(runnerId),
    giveJob: (runnerId, jobId) => open.get(runnerId)?.took(jobId),
    end: (runnerId, end) => {
      open.get(runnerId)?.over(end);
      open.delete(runnerId);
    },
  };
}
