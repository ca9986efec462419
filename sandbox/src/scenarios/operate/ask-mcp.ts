import { object } from '../../lib/json';
import type { Checks } from '../kit/checks';
import type { Tenant } from '../kit/scenario-context';
import type { SpokenMtr } from './mtr';

const call = (id: number, method: string, params: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

/** An assistant's session over standard input and output, as an operator's client starts it. */
export async function askMcp({ id, login }: Tenant, spoken: SpokenMtr, checks: Checks): Promise<void> {
  const clientInfo = { name: 'sandbox', version: '1' };
  const { code, out, err } = await spoken(
    ['mcp'],
    [
      call(1, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }),
      JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
      call(2, 'tools/list'),
      call(3, 'tools/call', { name: 'show_tenant', arguments: { tenant: login } }),
      call(4, 'tools/call', { name: 'offboard_tenant', arguments: { tenant: login } }),
    ],
  );
  const answers = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => object(JSON.parse(line)) ?? {});
  const resultOf = (index: number) => object(answers[index]?.['result']);
  checks.check(
    'mcp introduces itself on standard output, and answers no notification',
    code === 0 && answers.length === 4 && object(resultOf(0)?.['serverInfo'])?.['name'] === 'mtr',
    out + err,
  );
  const tools = resultOf(1)?.['tools'];
  const isReadOnly = (tool: unknown): boolean => object(object(tool)?.['annotations'])?.['readOnlyHint'] === true;
  checks.check('mcp lists tools that change nothing', Array.isArray(tools) && tools.every(isReadOnly), out);
  const content = resultOf(2)?.['content'];
  const [first] = Array.isArray(content) ? content : [];
  const shown = object(JSON.parse(String(object(first)?.['text'] ?? '{}')));
  checks.check('mcp shows a tenant from its row', shown?.['installation'] === id && shown['status'] === 'active', out);
  checks.check('mcp has no tool that changes', object(answers[3]?.['error'])?.['code'] === -32602, out);
}
