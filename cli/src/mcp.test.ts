import { job } from '@multi-tenant-runner/testing';
import { createShell } from '../test/shell';
import { TOOLS } from './mcp/tools';

const PAGE = 'https://github.com/acme/app/actions/runs/6001/job/7001';
const request = (method: string, params?: object, id: number | undefined = 1) =>
  JSON.stringify({ jsonrpc: '2.0', ...(id !== undefined && { id }), method, ...(params && { params }) });

async function ask(...lines: readonly string[]) {
  const shell = createShell();
  shell.harness.addTenant({ slots_held: 2 });
  await shell.harness.jobs.create(job({ state: 'parked', reason: 'limit' }));
  shell.input.push(...lines);
  const { code, out } = await shell.run('mcp');
  expect(code).toBe(0);
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

const call = (name: string, given?: object) => request('tools/call', { name, ...(given && { arguments: given }) });

describe('mcp', () => {
  it('introduces itself, and answers no notification', async () => {
    const initialized = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
    const answers = await ask(request('initialize', { protocolVersion: '2025-06-18' }), initialized, request('ping'));
    expect(answers).toMatchObject([
      {
        jsonrpc: '2.0',
        id: 1,
        result: { protocolVersion: '2025-06-18', serverInfo: { name: 'mtr', version: '1.2.3' } },
      },
      { id: 1, result: {} },
    ]);
  });

  it('lists tools that show, and none that changes', async () => {
    const [answer] = await ask(request('tools/list'));
    const tools: readonly { name: string; annotations: object }[] = answer.result.tools;
    expect(tools.map(({ name }) => name)).toContain('explain_job');
    expect(tools.every(({ annotations }) => JSON.stringify(annotations) === '{"readOnlyHint":true}')).toBe(true);
    expect(tools.every(({ name }) => /^(list|show|explain|search|run_doctor)/.test(name))).toBe(true);
  });

  it('says why a job waits', async () => {
    const [answer] = await ask(call('explain_job', { job: PAGE }));
    expect(JSON.parse(answer.result.content[0].text)).toMatchObject({
      sentence: 'Job 7001 of acme/app waits, because acme uses 2 of its 2 runners.',
    });
  });

  it.each(TOOLS.map(({ name, required }) => [name, required] as const))('answers %s', async (name, required) => {
    const values = { tenant: 'acme', job: PAGE, runner: '7001-1', month: '2026-01' };
    const given = Object.fromEntries(required.map((one) => [one, values[one]]));
    const [answer] = await ask(call(name, { ...given, ...(name === 'show_runner' && { tenant: 'acme' }) }));
    expect(answer.error).toBeUndefined();
    expect(answer.result.isError === true).toBe(name === 'show_runner');
  });

  it('says what a command refuses, and what is no call', async () => {
    const answers = await ask(
      call('show_tenant', { tenant: 'nowhere' }),
      call('show_tenant'),
      call('show_tenant', { tenant: 'acme', force: 'yes' }),
      call('offboard_tenant'),
      request('resources/list'),
      'not JSON',
    );
    expect(answers).toMatchObject([
      { result: { isError: true, content: [{ text: expect.stringContaining('There is no tenant nowhere') }] } },
      { error: { code: -32602, message: 'show_tenant takes tenant.' } },
      { error: { code: -32602 } },
      { error: { code: -32602, message: 'There is no tool offboard_tenant.' } },
      { error: { code: -32601 } },
      { id: null, error: { code: -32700 } },
    ]);
  });
});
