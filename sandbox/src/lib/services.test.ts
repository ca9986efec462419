import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from './http';
import { startServices } from './services';
import { readServicesConfig } from './services-config';

it('names every problem of its configuration at once', () => {
  expect(() => readServicesConfig({ prefix: 'sandbox', github: { port: 'x' } })).toThrow(
    /state_dir is no text; .*github\.port is no number; .*webhook_proxy\.port is no number/,
  );
  expect(() => readServicesConfig(null)).toThrow('configuration is broken');
});

it('serves GitHub, its control API and the webhook proxy from one process, on loopback', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'services-'));
  const keyPath = join(directory, 'key.pem');
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  writeFileSync(keyPath, privateKey);
  const launcher = await listen(0, () => ({ status: 200, body: [] }));
  const hooks: string[] = [];
  const api = await listen(0, (call) => {
    hooks.push(String(call.headers['x-github-event']));
    return { status: 202 };
  });
  const config = readServicesConfig({
    state_dir: directory,
    aws: { endpoint_url: 'http://127.0.0.1:1' },
    launcher: { url: `http://127.0.0.1:${launcher.port}`, token: 't' },
    prefix: 'sandbox',
    github: { port: 0, app_id: '42', private_key_pem_path: keyPath, webhook_secret: 's' },
    webhook_proxy: { port: 0 },
  });
  const services = await startServices(config, '/usr/bin:/bin');
  try {
    const control = `http://127.0.0.1:${services.gitHubPort}/_control`;
    const post = (path: string, body: unknown): Promise<Response> =>
      fetch(`${control}${path}`, { method: 'POST', body: JSON.stringify(body) });
    expect((await post('/webhook-target', { url: `http://127.0.0.1:${api.port}/webhook` })).status).toBe(204);
    expect((await post('/installations', { account: { login: 'acme' } })).status).toBe(201);
    while (hooks.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(hooks).toEqual(['installation']);
    expect((await fetch(`http://127.0.0.1:${services.gitHubPort}/app`)).status).toBe(401);
  } finally {
    await Promise.all([services.stop(), launcher.close(), api.close()]);
  }
});
