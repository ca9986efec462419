import type { OperatorsApi } from '../aws/api';
import { servePage } from './serve-page';

test('serves what the API answers, signed, and only for who has the address with its secret', async () => {
  const calls: string[] = [];
  const api: OperatorsApi = {
    call: async (method, path) => {
      calls.push(`${method} ${path}`);
      if (path === '/broken') throw new Error('The API does not answer.');
      return new Response(JSON.stringify({ role: 'operator' }), {
        status: 200,
        headers: { 'content-type': 'application/json', 'set-cookie': 'a=b', 'referrer-policy': 'no-referrer' },
      });
    },
  };
  const { url, close } = await servePage(api);
  try {
    const { origin, hash } = new URL(url);
    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const headers = { authorization: `Bearer ${hash.slice('#link='.length)}` };
    const answer = await fetch(`${origin}/v1/me`, { headers });
    await expect(answer.json()).resolves.toEqual({ role: 'operator' });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect((await fetch(`${origin}/v1/page`)).status).toBe(200);
    expect((await fetch(`${origin}/v1/me`)).status).toBe(403);
    expect((await fetch(`${origin}/v1/broken`, { headers })).status).toBe(502);
    expect(calls).toEqual(['GET /me', 'GET /page', 'GET /broken']);
  } finally {
    close();
  }
});
