import { SECOND, type Deployment, type DeploymentStore } from '@multi-tenant-runner/core';

/** What is waited for of pushes: seconds, ascending. */
export interface PushWaits {
  /** From its turn to the build being asked for: the webhook, or the end of the deployment that it waited for. */
  readonly toBuild: readonly number[];
  /** From the image to ECS being asked. */
  readonly toRelease: readonly number[];
  /** Of both together, by deployment: what the deployer adds to a build. */
  readonly inAll: readonly number[];
  /** Of those that found another deployment under way: from the webhook to the end of that. */
  readonly forOthers: readonly number[];
  /** From the webhook to the version that answers, with the build and the wait for the one before. */
  readonly toLive: readonly number[];
}

type Moment = 'heard' | 'asked' | 'imaged' | 'released' | 'live';

/** When what happened to each commit. */
export interface PushMarks {
  /** The first time counts. */
  mark(moment: Moment, commit: string): void;
  count(moment: Moment): number;
  clear(): void;
  waits(): PushWaits;
}

export function createPushMarks(now: () => number, deployments: DeploymentStore): PushMarks {
  const moments: Readonly<Record<Moment, Map<string, number>>> = {
    heard: new Map(),
    asked: new Map(),
    imaged: new Map(),
    released: new Map(),
    live: new Map(),
  };
  /** Of an app, when the last deployment of it that had begun was over; of a commit, when that was as it was asked. */
  const over = new Map<string, number>();
  const turns = new Map<string, number>();
  const { end, startBuild } = deployments;
  const marking: Pick<DeploymentStore, 'end' | 'startBuild'> = {
    end: async (deployment, guard, ending) => {
      const outcome = await end(deployment, guard, ending);
      const { state } = ending.changes;
      if (outcome.ok && state !== 'superseded') over.set(deployment.app, now());
      if (outcome.ok && state === 'live') marks.mark('live', outcome.row.commit);
      return outcome;
    },
    startBuild: async (deployment: Deployment, perHour, at) => {
      const outcome = await startBuild(deployment, perHour, at);
      if (outcome === 'started') turns.set(deployment.commit, over.get(deployment.app) ?? 0);
      return outcome;
    },
  };
  Object.assign(deployments, marking);
  const marks: PushMarks = {
    mark: (moment, commit) => {
      if (!moments[moment].has(commit)) moments[moment].set(commit, now());
    },
    count: (moment) => moments[moment].size,
    clear: () => {
      for (const times of [...Object.values(moments), over, turns]) times.clear();
    },
    waits: () => {
      const { heard, asked, imaged, released, live } = moments;
      const between = (from: (commit: string) => number | undefined, to: ReadonlyMap<string, number>) =>
        [...to].map(([commit, at]) => at - (from(commit) ?? Number.NaN));
      const turnOf = (commit: string): number | undefined => {
        const at = heard.get(commit);
        return at === undefined ? undefined : Math.max(at, turns.get(commit) ?? 0);
      };
      const asking = (commit: string): number => (asked.get(commit) ?? Number.NaN) - (turnOf(commit) ?? Number.NaN);
      return {
        toBuild: inSeconds(between(turnOf, asked)),
        toRelease: inSeconds(between((commit) => imaged.get(commit), released)),
        inAll: inSeconds([...released].map(([commit, at]) => at - (imaged.get(commit) ?? Number.NaN) + asking(commit))),
        forOthers: inSeconds(between((commit) => heard.get(commit), turns)).filter((wait) => wait > 0),
        toLive: inSeconds(between((commit) => heard.get(commit), live)),
      };
    },
  };
  return marks;
}

/** Of what has both ends. */
function inSeconds(waits: readonly number[]): readonly number[] {
  return waits
    .filter((wait) => !Number.isNaN(wait))
    .map((wait) => wait / SECOND)
    .sort((a, b) => a - b);
}
