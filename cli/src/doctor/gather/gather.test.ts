import type { EC2Client } from '@aws-sdk/client-ec2';
import { generateKeyPairSync } from 'node:crypto';
import { refusalOf, type GitHubSource } from './github';
import { findReleases, makeToken } from './installation';
import { findImages } from './machines';

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const TOKEN = 'ghs_one';

/** GitHub, of which each path has an answer. */
function gitHub(answers: Readonly<Record<string, readonly [number, unknown]>>) {
  const asked: { path: string; authorization: string; body?: unknown }[] = [];
  const source: GitHubSource = {
    apiUrl: 'https://api.example.com',
    showsChecks: false,
    identity: () => Promise.resolve({ appId: '1', privateKey }),
    clock: { now: () => new Date('2026-01-15T12:00:00Z') },
    fetch: (input, init) => {
      const path = String(input).replace('https://api.example.com', '');
      const { authorization = '' } = Object(init?.headers);
      asked.push({ path, authorization, ...(init?.body !== undefined && { body: JSON.parse(String(init.body)) }) });
      const [status, body] = answers[path.replace(/\?.*/, '')] ?? [404, { message: 'Not Found' }];
      return Promise.resolve(new Response(JSON.stringify(body), { status }));
    },
  };
  return { source, asked };
}

const INSTALLATIONS = [
  { id: 1001, suspended_at: '2026-01-01T00:00:00Z' },
  { id: 1002, suspended_at: null },
];

describe('a token of an installation', () => {
  it('is made for one that is not suspended, to read alone', async () => {
    const { source, asked } = gitHub({
      '/app/installations': [200, INSTALLATIONS],
      '/app/installations/1002/access_tokens': [201, { token: TOKEN }],
    });
    expect(await makeToken(source)).toBe(TOKEN);
    expect(asked[1]?.body).toEqual({ permissions: { actions: 'read' } });
  });

  it("is refused in GitHub's words", async () => {
    const { source } = gitHub({
      '/app/installations': [200, INSTALLATIONS],
      '/app/installations/1002/access_tokens': [403, { message: 'Blocked' }],
    });
    expect(await refusalOf(() => makeToken(source))).toEqual({
      refused: 'GitHub answers 403 to /app/installations/1002/access_tokens: Blocked',
    });
  });

  it('is not known where nobody has installed the App', async () => {
    const { source } = gitHub({ '/app/installations': [200, []] });
    await expect(refusalOf(() => makeToken(source))).rejects.toThrow('Nobody has installed the App.');
  });
});

it("lists the published releases of GitHub's runner", async () => {
  const release = { draft: false, prerelease: false, published_at: '2026-01-01T00:00:00Z' };
  const { source, asked } = gitHub({
    '/repos/actions/runner/releases': [
      200,
      [
        { ...release, tag_name: 'v2.336.0' },
        { ...release, tag_name: 'v2.337.0', prerelease: true },
        { ...release, tag_name: 'v2.338.0', draft: true, published_at: null },
      ],
    ],
  });
  expect(await findReleases(TOKEN, source)).toEqual([{ version: '2.336.0', publishedAt: '2026-01-01T00:00:00Z' }]);
  expect(asked[0]?.authorization).toBe(`Bearer ${TOKEN}`);
});

it("finds the image of each size with its runner's version, and the pinned one", async () => {
  const Pinned = 'Runners of the size small. Pinned: https://mirror.example/actions-runner-linux-x64-2.330.0.tar.gz';
  const templates: Readonly<Record<string, object>> = {
    'lt-1': { VersionDescription: Pinned, LaunchTemplateData: { ImageId: 'ami-1' } },
    'lt-2': { LaunchTemplateData: { ImageId: 'resolve:ssm:/images/runner' } },
  };
  const Images = [
    { ImageId: 'ami-1', CreationDate: '2026-01-01T00:00:00Z', Tags: [{ Key: 'ghr:runner_version', Value: '2.335.0' }] },
  ];
  const send = ({ input }: { input: { LaunchTemplateId?: string } }): Promise<unknown> =>
    Promise.resolve(
      input.LaunchTemplateId === undefined
        ? { Images }
        : { LaunchTemplateVersions: [templates[input.LaunchTemplateId]] },
    );
  const source = {
    ec2: { send } as unknown as Pick<EC2Client, 'send'>,
    call: () => Promise.resolve({ Parameters: [{ Value: 'ami-2' }] }),
    tiers: new Map(),
    subnetIds: [],
    launchTemplates: { small: { id: 'lt-1', version: '1' }, large: { id: 'lt-2', version: '1' } },
  };
  expect(await findImages(source)).toEqual([
    {
      size: 'small',
      image: 'ami-1',
      pinnedVersion: '2.330.0',
      exists: true,
      createdAt: '2026-01-01T00:00:00Z',
      runnerVersion: '2.335.0',
    },
    { size: 'large', image: 'ami-2', exists: false },
  ]);
});
