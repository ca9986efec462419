import { createGitHub } from '@multi-tenant-runner/github';
import { runGitHub, type RunningGitHub } from '../../sandbox/test/running-github';

const RUNNER = { name: 'test-i-1', labels: ['self-hosted', 'small'], runnerGroupId: 1 };

/** The functions' own client against a GitHub that knows whose token is whose. */
async function twoOrganisations() {
  const running = await runGitHub();
  const [acme, globex] = ['acme', 'globex'].map(
    (login) => running.github.install({ login, type: 'Organization' })?.id ?? 0,
  );
  const github = createGitHub({
    baseUrl: running.url,
    identity: async () => ({ appId: String(running.appId), privateKey: running.privateKey }),
    fetch: globalThis.fetch,
    clock: { now: () => new Date() },
  });
  const inGlobex = (installationId: number) => ({ installationId, owner: 'globex', scope: 'org' }) as const;
  const made = await github.createJitConfig(inGlobex(globex ?? 0), RUNNER);
  const job = running.github.queue({ installationId: globex ?? 0, labels: ['self-hosted', 'small'] });
  return {
    running,
    github,
    acme: acme ?? 0,
    globex: globex ?? 0,
    inGlobex,
    runnerId: made.kind === 'created' ? made.runnerId : 0,
    jobId: job?.id ?? 0,
  };
}

type Organisations = Awaited<ReturnType<typeof twoOrganisations>>;
const CALLS: readonly [
  string,
  (organisations: Organisations, installationId: number) => Promise<{ readonly kind: string }>,
][] = [
  [
    'register a runner',
    ({ github, inGlobex }, id) => github.createJitConfig(inGlobex(id), { ...RUNNER, name: 'test-i-2' }),
  ],
  ['list runners', ({ github, inGlobex }, id) => github.findRunner(inGlobex(id), RUNNER.name)],
  ['see a runner', ({ github, inGlobex, runnerId }, id) => github.getRunner(inGlobex(id), runnerId)],
  ['remove a runner', ({ github, inGlobex, runnerId }, id) => github.deleteRunner(inGlobex(id), runnerId)],
  ['see a job', ({ github, jobId }, id) => github.getJob({ installationId: id, owner: 'globex', repo: 'app' }, jobId)],
];

describe.each(CALLS)('a token: %s of globex', (_what, call) => {
  let organisations: Organisations;
  let running: RunningGitHub;
  beforeEach(async () => ({ running } = organisations = await twoOrganisations()));
  afterEach(() => running.close());

  test('is refused to acme’s, and changes nothing', async () => {
    const before = JSON.stringify([...running.github.store.runners.values()]);
    const answer = await call(organisations, organisations.acme);
    expect(['refused', 'absent']).toContain(
      answer.kind === 'found' && Object.keys(answer).length === 1 ? 'absent' : answer.kind,
    );
    expect(JSON.stringify([...running.github.store.runners.values()])).toBe(before);
  });

  test('is granted to globex’ own', async () => {
    const answer = await call(organisations, organisations.globex);
    expect(['created', 'found', 'deleted']).toContain(answer.kind);
    expect(Object.keys(answer).length > 1 || answer.kind === 'deleted').toBe(true);
  });
});
