import { MINUTE, challengeOf } from '@multi-tenant-runner/core';
import { ENVIRONMENT, TENANT, archiveOf, createDeployerHarness, type DeployerHarness } from '../test/deployer-harness';
import { taskOf } from '../test/task-of';
import { tenantOf } from '../test/tenant-of';

const COMMIT = 'a'.repeat(40);
const MOST = 100;

/** With alarms of the app's own, on both figures. */
function createHarness(): DeployerHarness {
  const harness = createDeployerHarness();
  harness.rollbackAlarms.figures = { ...harness.rollbackAlarms.figures, fiveXxPercent: 5, p95Seconds: 2 };
  return harness;
}

/** They change nothing: dying at one of them is dying before the call that comes next. */
const READS =
  /^(Describe|List|BatchGet|GetRole|HEAD|GET|head$|archive$|findRun$|lastMove$|pull$|file$|findDeployment$)/;

/** Counts calls of AWS and GitHub that change something, and dies once: before one of them, or after it took effect. */
function cutAt(harness: DeployerHarness, cut: number, when: 'before' | 'after'): () => number {
  let calls = 0;
  const crash = (operation: string, moment: 'before' | 'after'): void => {
    if (moment === when && !READS.test(operation) && (calls += 1) === cut) throw new Error(`cut at ${operation}`);
  };
  harness.aws.crash = crash;
  harness.github.crash = crash;
  // Who has died gives nothing back: its lease has to run out.
  Object.assign(harness.tables.apps, { giveBack: async () => undefined });
  return () => calls;
}

/** Dies at writes of rows too, whichever of both tables they are in. */
function cutRows({ tables, aws }: DeployerHarness): void {
  const cut = <T extends object>(store: T, ...names: readonly (keyof T & string)[]): void => {
    for (const name of names) {
      const write = store[name] as (...given: unknown[]) => Promise<unknown>;
      const dying = async (...given: unknown[]): Promise<unknown> => {
        aws.crash?.(name, 'before');
        const outcome = await write(...given);
        aws.crash?.(name, 'after');
        return outcome;
      };
      Object.assign(store, { [name]: dying });
    }
  };
  cut(tables.apps, 'create', 'change', 'resize', 'setHosts', 'setSecrets', 'takeSlot', 'finishDeletion');
  cut(tables.deployments, 'request', 'change', 'startBuild', 'end');
}

/** What its queue sends again, once whoever died at a write of a row has lost its lease. */
async function again(harness: DeployerHarness, work: () => Promise<void>): Promise<void> {
  await work().catch(async () => {
    harness.clock.advance(2 * MINUTE);
    await work();
  });
}

/** The first push of a repository, whose file declares its app. */
async function declareByPush(harness: DeployerHarness): Promise<void> {
  const { tenants, github, clock } = harness;
  const lookup = tenantOf(TENANT);
  if (lookup.kind === 'tenant')
    tenants.set(TENANT, { ...lookup, tenant: { ...lookup.tenant, appsFromRepository: true } });
  const file = JSON.stringify({ name: 'shop', port: 3_000 });
  github.files.set(`${COMMIT} .mtr/app.json`, file);
  github.archives.set(COMMIT, archiveOf({ Dockerfile: 'FROM scratch', '.mtr/app.json': file }));
  const at = clock.now();
  for (let times = 0; times < 2; times += 1) {
    await harness.push(COMMIT, { at, defaultBranch: 'main' });
    clock.advance(2 * MINUTE);
  }
  await harness.settle(2);
  await harness.built('shop', COMMIT);
  await harness.settle(4);
}

/** A push as its queue delivers it: again, once whoever died has lost its lease. */
async function deploy(harness: DeployerHarness): Promise<void> {
  harness.github.archives.set(COMMIT, archiveOf({ Dockerfile: 'FROM scratch' }));
  // Whose answer got lost asks again, and is told that there is one.
  if (!harness.tables.rows.has('shop')) await harness.declare('shop');
  const at = harness.clock.now();
  await harness.push(COMMIT, { at });
  harness.clock.advance(2 * MINUTE);
  await harness.push(COMMIT, { at });
  await harness.settle(2);
  await harness.built('shop', COMMIT);
  await harness.settle(4);
}

const HOST = 'shop.acme.io';

/** The app as it stands gets a domain, loses it, and has it again. */
async function moveDomain(harness: DeployerHarness): Promise<void> {
  const { tables, clock, dns } = harness;
  // Whoever asks for it does not die.
  const { change } = tables.apps;
  cutRows(harness);
  const asked = { host: HOST, state: 'waiting', askedAt: clock.now().toISOString() } as const;
  const app = await harness.app('shop');
  const { name, value } = challengeOf(ENVIRONMENT, app, HOST);
  dns.zone.set(name, { txt: [[value]] });
  await change(app, { hosts: [asked] }, clock.now());
  await harness.settle(4);
  const leaving = (await harness.app('shop')).hosts.map((one) => ({ ...one, state: 'leaving' }) as const);
  await change(await harness.app('shop'), { hosts: leaving }, clock.now());
  await harness.settle(3);
  clock.advance(61 * MINUTE);
  await harness.settle(4);
}

const PREVIEW = 'pr-7--shop';
const FEATURE = 'b'.repeat(40);

/** A pull request is opened, and its events come again once whoever died has lost its lease. */
async function openPull(harness: DeployerHarness): Promise<void> {
  const { github, clock } = harness;
  github.archives.set(FEATURE, archiveOf({ Dockerfile: 'FROM scratch' }));
  github.pulls.set(7, { isOpen: true, commit: FEATURE, branch: 'feature', base: 'main', fromRepoId: 7 });
  for (let times = 0; times < 2; times += 1) {
    await harness.pull(7, 'opened');
    clock.advance(2 * MINUTE);
  }
  await harness.settle(2);
  await harness.built(PREVIEW, FEATURE);
  await harness.settle(4);
}

async function closePull(harness: DeployerHarness): Promise<void> {
  harness.github.pulls.clear();
  for (let times = 0; times < 2; times += 1) {
    await harness.pull(7, 'closed');
    harness.clock.advance(2 * MINUTE);
  }
  await harness.settle(6);
}

async function remove(harness: DeployerHarness): Promise<void> {
  const { change } = harness.tables.apps;
  cutRows(harness);
  await change(await harness.app('shop'), { state: 'deleting' }, harness.clock.now());
  await harness.settle(5);
}

const standing = ({ aws }: DeployerHarness) => ({
  services: [...aws.ecs.services.values()].filter(({ status }) => status === 'ACTIVE').length,
  tasks: aws.ecs.tasks.size,
  rules: aws.elb.rules.size,
  targetGroups: aws.elb.targetGroups.size,
  groups: aws.groups.groups.size,
  repositories: aws.others.repositories.size,
  logGroups: aws.others.logGroups.size,
  sources: aws.objects.size,
  alarms: aws.cloudwatch.alarms.size,
  secrets: aws.others.secrets.size,
  roles: aws.iam.roles.size,
});
const ONE = {
  services: 1,
  tasks: 1,
  rules: 1,
  targetGroups: 1,
  groups: 1,
  repositories: 1,
  logGroups: 1,
  sources: 1,
  alarms: 2,
  secrets: 0,
  roles: 0,
};
/** A preview has no alarms. */
const TWO = { ...Object.fromEntries(Object.entries(ONE).map(([kind, one]) => [kind, 2 * one])), alarms: ONE.alarms };
const NONE = Object.fromEntries(Object.keys(ONE).map((kind) => [kind, 0]));

interface Cut {
  readonly cut: number;
  /** Calls so far. */
  readonly calls: () => number;
}

interface Case {
  readonly before?: (harness: DeployerHarness) => Promise<void>;
  /** Where the deployer dies. */
  readonly during: (harness: DeployerHarness, at: Cut) => Promise<void>;
  readonly after: (harness: DeployerHarness, cut: number) => Promise<void>;
}

/** Each call has its turn to be the last; answers the first number that none of the calls has. */
async function cutEverywhere(when: 'before' | 'after', { before, during, after }: Case): Promise<number> {
  let cut = 1;
  for (let reached = cut; reached >= cut && cut < MOST; cut += 1) {
    const harness = createHarness();
    await before?.(harness);
    const calls = cutAt(harness, cut, when);
    await during(harness, { cut, calls });
    reached = calls();
    await after(harness, cut);
  }
  return cut;
}

async function deployWithSecret(harness: DeployerHarness): Promise<void> {
  await deploy(harness);
  await harness.secret('shop', 'KEY');
  await harness.settle(5);
}

describe.each(['before', 'after'] as const)(
  'a deployer that dies %s any of its calls that change something',
  (when) => {
    it('leaves one of everything once the next one has looked', async () => {
      const cuts = await cutEverywhere(when, {
        during: deploy,
        after: async (harness, cut) => {
          const app = await harness.app('shop');
          expect([cut, standing(harness), app.live?.commit, app.unfinished?.size ?? 0]).toEqual([cut, ONE, COMMIT, 0]);
          expect(harness.github.runs.length).toBe(1);
        },
      });
      expect(cuts).toBeGreaterThan(12);
      expect(cuts).toBeLessThan(MOST);
    });

    it.each([
      ['API', deploy],
      ['repository', declareByPush],
    ])('leaves one app and one of everything of one that its %s declares, at whichever write', async (_by, push) => {
      const cuts = await cutEverywhere(when, {
        during: async (harness) => {
          cutRows(harness);
          await push(harness).catch(() => push(harness));
        },
        after: async (harness, cut) => {
          const { live, unfinished } = await harness.app('shop');
          expect([cut, standing(harness), live?.commit, unfinished?.size ?? 0]).toEqual([cut, ONE, COMMIT, 0]);
          expect([harness.tables.rows.size, harness.github.runs.length]).toEqual([1, 1]);
        },
      });
      expect(cuts).toBeGreaterThan(20);
    });

    it('leaves a domain with its app, and the rule as the row says', async () => {
      const cuts = await cutEverywhere(when, {
        before: deploy,
        during: moveDomain,
        after: async (harness, cut) => {
          const [rule] = harness.aws.elb.rules.values();
          expect([cut, rule?.hosts]).toEqual([cut, ['shop.apps.example.com', HOST]]);
          expect((await harness.app('shop')).hosts).toMatchObject([{ state: 'serving' }]);
        },
      });
      expect(cuts).toBeGreaterThan(3);
    });

    it('leaves what runs with the secrets as they are now, and nothing of those before', async () => {
      let key = '';
      const cuts = await cutEverywhere(when, {
        before: deployWithSecret,
        during: async (harness) => {
          key = await harness.secret('shop', 'KEY');
          cutRows(harness);
          await harness.settle(8);
        },
        after: async (harness, cut) => {
          const { live, secrets, unfinished } = await harness.app('shop');
          const { aws } = harness;
          expect([cut, live?.shape?.secretsVersion, secrets?.leaving, unfinished?.size ?? 0]).toEqual([cut, 2, [], 0]);
          expect([cut, taskOf(harness, live?.taskDefinition).secrets]).toEqual([cut, { KEY: key }]);
          expect([cut, [...aws.others.secrets], aws.iam.roles.size]).toEqual([cut, [key], 1]);
        },
      });
      expect(cuts).toBeGreaterThan(3);
    });

    it('leaves one preview of a pull request, and none of one that is closed', async () => {
      let built = 0;
      const cuts = await cutEverywhere(when, {
        before: async (harness) => {
          await deploy(harness);
          await harness.tables.apps.change(await harness.app('shop'), { preview: true }, harness.clock.now());
        },
        during: async (harness, { cut, calls }) => {
          cutRows(harness);
          await again(harness, () => openPull(harness));
          built = Math.max(built, calls());
          if (cut <= calls()) {
            expect([cut, harness.tables.rows.get(PREVIEW)?.live?.commit]).toEqual([cut, FEATURE]);
            expect([cut, standing(harness)]).toEqual([cut, TWO]);
            expect(harness.github.runs.length).toBe(2);
          }
          await again(harness, () => closePull(harness));
        },
        after: async (harness, cut) =>
          expect([cut, standing(harness), harness.tables.rows.get(PREVIEW)?.state]).toEqual([cut, ONE, 'deleted']),
      });
      expect(built).toBeGreaterThan(10);
      expect(cuts).toBeGreaterThan(built + 8);
    });

    it('leaves nothing of an app that is removed', async () => {
      const cuts = await cutEverywhere(when, {
        before: deployWithSecret,
        during: remove,
        after: async (harness, cut) =>
          expect([cut, standing(harness), (await harness.app('shop')).state]).toEqual([cut, NONE, 'deleted']),
      });
      expect(cuts).toBeGreaterThan(8);
    });
  },
);
