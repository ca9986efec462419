import { MINUTE, namesOfApp, type App, type PullRequest } from '@multi-tenant-runner/core';
import { ENVIRONMENT, archiveOf, createDeployerHarness, type DeployerHarness } from './deployer-harness';

export const [MAIN, FIRST, SECOND] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const;
export const PREVIEW = 'pr-7--shop';
export const OPEN: PullRequest = { isOpen: true, commit: FIRST, branch: 'feature', base: 'main', fromRepoId: 7 };

export interface PreviewSteps {
  readonly harness: DeployerHarness;
  /** Whether a task of an app runs. */
  runs(app: string): boolean;
  /** Of the preview of pull request 7. */
  row(): App | undefined;
  /** All that a rule leads anywhere. */
  hosts(): readonly string[];
  /** What GitHub was told of an environment's deployments. */
  toldOf(environment: string): DeployerHarness['github']['told'];
  /** Pull request 7 is so, and GitHub says that something happened to it. */
  open(pull?: PullRequest, action?: string): Promise<void>;
  /** The same, and its build ends well. */
  deploy(pull?: PullRequest): Promise<void>;
  close(): Promise<void>;
  /** Expects that nothing of the preview stands anywhere, and that the app has all that it had. */
  isGone(): void;
}

/** An app with previews that runs. */
export async function createPreviewSteps(): Promise<PreviewSteps> {
  const harness = createDeployerHarness();
  for (const commit of [MAIN, FIRST, SECOND])
    harness.github.archives.set(commit, archiveOf({ Dockerfile: 'FROM scratch' }));
  await harness.declare('shop', { preview: true });
  await harness.push(MAIN);
  await harness.built('shop', MAIN);
  await harness.settle();
  const steps: PreviewSteps = {
    harness,
    runs: (app) => {
      const service = harness.aws.ecs.services.get(namesOfApp(ENVIRONMENT, app).service);
      return service?.status === 'ACTIVE' && service.runningCount > 0;
    },
    row: () => harness.tables.rows.get(PREVIEW),
    hosts: () => [...harness.aws.elb.rules.values()].flatMap((rule) => rule.hosts).sort(),
    toldOf: (environment) => {
      const ids = harness.github.deployments.filter((one) => one.environment === environment).map(({ id }) => id);
      return harness.github.told.filter(({ id }) => ids.includes(id));
    },
    open: async (pull = OPEN, action = 'opened') => {
      harness.github.pulls.set(7, pull);
      harness.clock.advance(MINUTE);
      await harness.pull(7, action);
    },
    deploy: async (pull = OPEN) => {
      await steps.open(pull);
      await harness.built(PREVIEW, pull.commit);
      await harness.settle();
    },
    close: async () => {
      await steps.open({ ...OPEN, isOpen: false }, 'closed');
      await harness.settle(5);
    },
    isGone: () => {
      const { ecs, elb, groups, others, objects } = harness.aws;
      const seen = [steps.row()?.state, steps.runs(PREVIEW), steps.hosts()];
      expect(seen).toEqual(['deleted', false, ['shop.apps.example.com']]);
      const { repositories, logGroups } = others;
      const sizes = [elb.targetGroups, groups.groups, repositories, logGroups].map(({ size }) => size);
      expect(sizes).toEqual([1, 1, 1, 1]);
      expect([...objects.keys()].filter((key) => key.includes('--'))).toEqual([]);
      expect([...ecs.tasks.values()].filter(({ image }) => image?.includes('pr-7'))).toEqual([]);
    },
  };
  return steps;
}
