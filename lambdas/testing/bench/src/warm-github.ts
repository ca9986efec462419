import { generateKeyPairSync } from 'node:crypto';
import type { Clock, GitHub } from '@multi-tenant-runner/core';
import { createGitHub } from '@multi-tenant-runner/github';

const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Calls of the ports that {@link createWarmGitHub} makes itself; what it sends for them is in `sent`. */
export const BY_ADAPTER: ReadonlySet<string> = new Set([
  'github.authorize',
  'github.findRunnerGroup',
  'github.createJitConfig',
]);

/**
 * What a launch asks of GitHub, by the adapter of the functions: its requests are counted, and a token that it has is
 * none. The runners are registered with the GitHub that the rest of the system knows.
 */
export function createWarmGitHub(installationId: number, clock: Clock, registered: Pick<GitHub, 'createJitConfig'>) {
  const sent: string[] = [];
  const respond = (status: number, body: unknown): Response =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(String(input));
    sent.push(`${init?.method ?? 'GET'} ${pathname}`);
    if (pathname.endsWith('/access_tokens'))
      return respond(201, { token: 'ghs_1', expires_at: '2099-01-01T00:00:00Z', permissions: {} });
    const [, owner = ''] = /^\/orgs\/([^/]+)\/actions\/runners\/generate-jitconfig$/.exec(pathname) ?? [];
    const asked = JSON.parse(String(init?.body ?? '{}')) as Readonly<Record<string, unknown>>;
    const made = await registered.createJitConfig(
      { installationId, owner, scope: 'org' },
      {
        name: String(asked['name']),
        labels: asked['labels'] as readonly string[],
        runnerGroupId: Number(asked['runner_group_id']),
      },
    );
    if (made.kind !== 'created') return respond(404, { message: made.kind });
    return respond(201, { runner: { id: made.runnerId }, encoded_jit_config: made.jitConfig });
  };
  const adapter = createGitHub({
    baseUrl: 'https://github.example',
    identity: async () => ({
      appId: '1',
      privateKey: KEY.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    }),
    fetch,
    clock,
  });
  const { authorize, findRunnerGroup, createJitConfig } = adapter;
  return { sent, ports: { authorize, findRunnerGroup, createJitConfig } };
}
