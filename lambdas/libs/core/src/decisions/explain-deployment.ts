import type { App } from '../model/app';
import { describeHost } from './change-hosts';
import { urlOf, type AppSettings } from '../model/app-settings';
import type { Deployment, DeploymentState } from '../model/deployment';

/** What a deployment does and why, for people. */
export interface DeploymentExplanation {
  readonly sentence: string;
  readonly state: DeploymentState;
  readonly reason?: string;
  readonly since: string;
  /** What ends it; absent where it is over. */
  readonly ends?: string;
  readonly who_can_act: 'none' | 'operator' | 'tenant' | 'aws';
  /** Of domains of its own that do not lead to it as they should, a sentence each; absent where all do. */
  readonly domains?: string[];
}

interface Situation {
  readonly app: Pick<App, 'app' | 'state' | 'suspendedBy' | 'live' | 'hosts'>;
  readonly deployment: Deployment;
  readonly settings: Pick<AppSettings, 'domain' | 'https'>;
}

/** One answer for every state. Pure. */
export function explainDeployment(situation: Situation): DeploymentExplanation {
  const { deployment, app } = situation;
  const domains = app.hosts.filter((one) => one.state !== 'serving').map(describeHost);
  const { state, reason } = deployment;
  const { sentence, ends, who } = SAID[state](situation);
  return {
    sentence,
    state,
    ...(reason !== undefined && { reason }),
    since: sinceOf(deployment),
    ...(ends !== undefined && { ends }),
    who_can_act: who,
    ...(domains.length > 0 && { domains }),
  };
}

interface Said {
  readonly sentence: string;
  readonly ends?: string;
  readonly who: DeploymentExplanation['who_can_act'];
}

const nameOf = ({ commit, app }: Deployment): string => `${commit.slice(0, 7)} of ${app}`;
const because = ({ reason }: Deployment): string => (reason === undefined ? '.' : `: ${reason}`);

const SAID: Readonly<Record<DeploymentState, (situation: Situation) => Said>> = {
  queued: ({ deployment }) => ({
    sentence:
      deployment.reason === undefined
        ? `${nameOf(deployment)} is next: its source is fetched.`
        : `${nameOf(deployment)} waits${because(deployment)}`,
    ends: 'Its build begins.',
    who: 'none',
  }),
  parked: ({ deployment, app }) => ({
    sentence: `${nameOf(deployment)} waits${because(deployment)}`,
    ends: 'It goes on by itself once that is over.',
    who: app.suspendedBy === 'operator' ? 'operator' : 'tenant',
  }),
  building: ({ deployment }) => ({
    sentence: `${nameOf(deployment)} is built ${byWhom(deployment)}.`,
    ends: 'Its image is in the registry; after an hour without one it has failed.',
    who: 'tenant',
  }),
  releasing: ({ deployment, app }) => ({
    sentence: `${nameOf(deployment)} starts; ${runningOf(app)}.`,
    ends: 'ECS says that its tasks are steady, or takes it back.',
    who: 'aws',
  }),
  live: ({ deployment, settings }) => ({
    sentence: `${nameOf(deployment)} answers at ${urlOf(settings, deployment.app)}.`,
    who: 'none',
  }),
  replaced: ({ deployment, app }) => ({
    sentence: `${nameOf(deployment)} served, and was replaced; ${runningOf(app)}.`,
    who: 'none',
  }),
  failed: ({ deployment }) => ({ sentence: `${nameOf(deployment)} failed${because(deployment)}`, who: 'tenant' }),
  refused: ({ deployment }) => ({ sentence: `${nameOf(deployment)} was refused${because(deployment)}`, who: 'tenant' }),
  rolled_back: ({ deployment, app }) => ({
    sentence: `${nameOf(deployment)} was taken back${because(deployment)} ${sentenceOf(runningOf(app))}.`,
    who: 'tenant',
  }),
  superseded: ({ deployment }) => ({
    sentence: `${nameOf(deployment)} was given up${because(deployment)}`,
    who: 'none',
  }),
};

function byWhom({ build }: Deployment): string {
  if (build === undefined) return 'as soon as its job is asked for';
  return build.by === 'codebuild' ? 'by CodeBuild' : "by a job on the tenant's own runner";
}

function runningOf({ live }: Pick<App, 'live'>): string {
  return live === undefined ? 'nothing answered before' : `${live.commit.slice(0, 7)} answers`;
}

const sentenceOf = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function sinceOf({ state, createdAt, buildingAt, releasingAt, endedAt }: Deployment): string {
  if (state === 'building') return buildingAt ?? createdAt;
  if (state === 'releasing') return releasingAt ?? createdAt;
  return endedAt ?? createdAt;
}
