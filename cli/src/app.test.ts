import { createShell } from '../test/shell';

const CREATED = {
  id: 551_907,
  slug: 'my-saas',
  html_url: 'https://github.com/apps/my-saas',
  pem: '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n',
  webhook_secret: '0123456789abcdef0123',
};

/** An operator whose browser follows GitHub, which answers the code. */
function createBrowser(conversion: () => Response = () => Response.json(CREATED, { status: 201 })) {
  const shell = createShell();
  const seen: { manifest?: Record<string, unknown>; action?: string; exchanged: string[] } = { exchanged: [] };
  const visits: Promise<void>[] = [];
  shell.gitHub.fetch = async (input) => {
    seen.exchanged.push(String(input));
    return conversion();
  };
  shell.gitHub.tell = (line) => void visits.push(visit(/http:\S+/.exec(line)?.[0] ?? ''));
  const visit = async (address: string): Promise<void> => {
    const page = await (await fetch(address)).text();
    const plain = (text: string): string => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    seen.action = plain(/action="([^"]+)"/.exec(page)?.[1] ?? '');
    seen.manifest = JSON.parse(plain(/value="([^"]+)"/.exec(page)?.[1] ?? '{}'));
    const state = new URL(seen.action).searchParams.get('state') ?? '';
    const back = String(seen.manifest?.['redirect_url']);
    for (const wrong of [`${back}?code=stolen&state=guessed`, `${back}?state=${state}`, `${address}other`])
      expect((await fetch(wrong)).status).toBe(404);
    await fetch(`${back}?code=the-code&state=${state}`);
  };
  return { ...shell, seen };
}

describe('app create', () => {
  it('asks GitHub for exactly what the module needs, keeps the secrets and prints the block', async () => {
    const { run, seen, parameters } = createBrowser();
    const create = ['app', 'create', '--organization', 'acme', '--webhook-url', 'https://a.example.com/webhook'];
    const { code, out } = await run('--output', 'table', ...create);
    expect(code).toBe(0);
    expect(seen.action).toMatch(/^https:\/\/github\.com\/organizations\/acme\/settings\/apps\/new\?state=/);
    expect(seen.manifest).toMatchObject({
      name: 'test',
      public: true,
      hook_attributes: { url: 'https://a.example.com/webhook', active: true },
      default_permissions: { actions: 'read', metadata: 'read', organization_self_hosted_runners: 'write' },
      default_events: ['workflow_job'],
    });
    expect(seen.exchanged).toEqual(['https://api.github.com/app-manifests/the-code/conversions']);
    expect([...parameters]).toEqual([
      ['/test/github-app/key', Buffer.from(CREATED.pem).toString('base64')],
      ['/test/github-app/webhook-secret', CREATED.webhook_secret],
      ['/test/github-app/id', '551907'],
    ]);
    const arn = 'arn:aws:ssm:us-east-1:123456789012:parameter/test/github-app';
    expect(out).toBe(
      [
        'github_app = {',
        `  id_ssm             = { arn = "${arn}/id", name = "/test/github-app/id" }`,
        `  key_base64_ssm     = { arn = "${arn}/key", name = "/test/github-app/key" }`,
        `  webhook_secret_ssm = { arn = "${arn}/webhook-secret", name = "/test/github-app/webhook-secret" }`,
        '}',
        '',
      ].join('\n'),
    );
  });

  it('keeps the key and the webhook secret in Secrets Manager where it is asked to, and the id in SSM', async () => {
    const { run, parameters } = createBrowser();
    const { code, out } = await run('--output', 'table', 'app', 'create', '--secrets-manager');
    expect(code).toBe(0);
    const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:test/github-app';
    const id = '/test/github-app/id';
    expect([...parameters.keys()]).toEqual([`${secret}/key-a1B2c3`, `${secret}/webhook-secret-a1B2c3`, id]);
    expect(out).toBe(
      [
        'github_app = {',
        `  id_ssm                = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter${id}", name = "${id}" }`,
        `  key_base64_secret     = { arn = "${secret}/key-a1B2c3" }`,
        `  webhook_secret_secret = { arn = "${secret}/webhook-secret-a1B2c3" }`,
        '}',
        '',
      ].join('\n'),
    );
    expect(await run('app', 'create', '--secrets-manager')).toMatchObject({
      code: 4,
      err: expect.stringContaining('test/github-app/key'),
    });
  });

  it('leaves the webhook off without an address, and asks for more where users are tenants', async () => {
    const { run, seen } = createBrowser();
    await run('app', 'create', '--users', '--feedback', '--apps', '--name', 'mine');
    expect(seen.action).toMatch(/^https:\/\/github\.com\/settings\/apps\/new\?/);
    expect(seen.manifest).toMatchObject({
      name: 'mine',
      hook_attributes: { active: false },
      default_permissions: {
        administration: 'write',
        checks: 'write',
        actions: 'write',
        contents: 'read',
        deployments: 'write',
        pull_requests: 'read',
      },
      default_events: ['workflow_job', 'push', 'pull_request', 'workflow_run'],
    });
  });

  it('makes no second App, and overwrites nothing', async () => {
    const { run, seen, parameters } = createBrowser();
    parameters.set('/test/github-app/key', 'of the first');
    expect(await run('app', 'create')).toMatchObject({ code: 4, err: expect.stringContaining('/test/github-app/key') });
    expect(seen.exchanged).toEqual([]);
  });

  it.each([
    ['GitHub refuses the code', () => new Response('{}', { status: 404 }), 'GitHub answers 404'],
    ['the App has no secret', () => Response.json({ ...CREATED, webhook_secret: null }), 'delete it'],
  ])('says what to do where %s', async (_what, conversion, sentence) => {
    const { run, parameters } = createBrowser(conversion);
    const { code, out, err } = await run('app', 'create');
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringContaining(sentence) });
    expect([...parameters]).toEqual([]);
  });

  it('prints no secret when SSM keeps none', async () => {
    const { run, parameters } = createBrowser();
    parameters.set = () => {
      throw Object.assign(new Error('You may not.'), { name: 'AccessDeniedException' });
    };
    const { code, out, err } = await run('app', 'create');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('AccessDeniedException: You may not.');
    expect(err).not.toMatch(/PRIVATE|0123456789abcdef/);
  });
});
