import { NO_TERMINAL } from '../test/no-terminal';
import { templates } from '../test/shell';
import { createFleetInMemory } from '../test/in-memory-fleet';
import type { OperatorsApi } from './aws/api';
import { main } from './main';
import { noLines } from '../test/shell';

async function open(args: readonly string[], answer = Response.json({})) {
  const { fleet, harness } = createFleetInMemory();
  harness.addTenant();
  const calls: unknown[] = [];
  const api: OperatorsApi = {
    call: async (...call) => {
      calls.push(call);
      return answer;
    },
  };
  const texts = { out: '', err: '' };
  const code = await main(['open', ...args], {
    version: '1.2.3',
    connect: async () => fleet,
    connectAccount: () => Promise.reject(new Error('none')),
    fetch: () => Promise.reject(new Error('none')),
    lines: noLines(),
    tell: () => undefined,
    openApi: async (target, address) => {
      calls.push({ target, address });
      return api;
    },
    servePage: async (_api, port) => ({ url: `http://127.0.0.1:${port ?? 4711}/v1/page#link=secret`, close: () => {} }),
    write: (text) => void (texts.out += text),
    writeError: (text) => void (texts.err += text),
    ...NO_TERMINAL,
    namespaces: { files: { read: () => '', write: () => undefined }, templates },
    defaultPrefix: 'test',
  });
  return { code, calls, ...texts };
}

describe('mtr open', () => {
  it('serves the page on the loopback address and prints its address', async () => {
    const { code, out, calls } = await open(['--port', '4712', '--api', 'https://api.example.test/v1']);
    expect({ code, out }).toEqual({ code: 0, out: 'http://127.0.0.1:4712/v1/page#link=secret\n' });
    expect(calls).toEqual([{ target: { prefix: 'test' }, address: 'https://api.example.test/v1' }]);
  });

  it('makes a link for a tenant, with its reason', async () => {
    const link = { url: 'https://tenants.example.test/v1/page#link=a.b.c', expires_at: '2026-01-15T12:15:00.000Z' };
    const { code, out, calls } = await open(['--tenant', 'acme', '--reason', 'they asked'], Response.json(link));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject(link);
    expect(calls[1]).toEqual(['POST', '/tenants/1001/links', { 'x-reason': 'they asked' }]);
  });

  it('says what the API refuses', async () => {
    const refusal = Response.json({ detail: 'There are no links here.' }, { status: 409 });
    expect(await open(['--tenant', 'acme'], refusal)).toMatchObject({
      code: 1,
      err: expect.stringContaining('409: There are no links here.'),
    });
  });

  it('knows no tenant that there is not', async () => {
    expect(await open(['--tenant', 'nowhere'])).toMatchObject({ code: 3 });
  });
});
