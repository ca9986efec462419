import * as v from 'valibot';
import type { Fleet } from '../fleet';
import { render } from '../output/render';
import { TOOLS, describeTool, parseArguments } from './tools';

/** https://modelcontextprotocol.io/specification/2025-06-18 */
const PROTOCOL = '2025-06-18';
/** Of JSON-RPC 2.0. */
const ERRORS = { unreadable: -32700, unknown: -32601, arguments: -32602 } as const;

const call = v.object({
  id: v.optional(v.union([v.string(), v.number()])),
  method: v.string(),
  params: v.optional(v.record(v.string(), v.unknown()), {}),
});
type Call = v.InferOutput<typeof call>;

export interface Assistant {
  readonly lines: AsyncIterable<string>;
  readonly write: (line: string) => void;
  /** Of mtr, which the assistant may show. */
  readonly version: string;
}

/** Answers an assistant's questions, a line of JSON each, until there are no more. */
export async function serveMcp({ lines, write, version }: Assistant, fleet: () => Promise<Fleet>): Promise<void> {
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const answer = await answerTo(line, version, fleet);
    if (answer !== undefined) write(`${JSON.stringify({ jsonrpc: '2.0', ...answer })}\n`);
  }
}

/** Undefined: a notification, which gets none. */
async function answerTo(line: string, version: string, fleet: () => Promise<Fleet>): Promise<object | undefined> {
  const parsed = parse(line);
  if (parsed === undefined) return { id: null, ...failure('unreadable', 'This is no call of JSON-RPC 2.0.') };
  const { id, method, params } = parsed;
  if (id === undefined) return undefined;
  switch (method) {
    case 'initialize':
      return {
        id,
        result: {
          protocolVersion: PROTOCOL,
          capabilities: { tools: {} },
          serverInfo: { name: 'mtr', version },
          instructions: 'Shows a fleet of GitHub Actions runners for many tenants. Nothing here changes anything.',
        },
      };
    case 'ping':
      return { id, result: {} };
    case 'tools/list':
      return { id, result: { tools: TOOLS.map(describeTool) } };
    case 'tools/call':
      return { id, ...(await callTool(params, fleet)) };
    default:
      return { id, ...failure('unknown', `There is no method ${method}.`) };
  }
}

/** What a command refuses is an answer for the assistant, and not the protocol's error. */
async function callTool({ name, arguments: given }: Call['params'], fleet: () => Promise<Fleet>): Promise<object> {
  const tool = TOOLS.find((one) => one.name === name);
  if (tool === undefined) return failure('arguments', `There is no tool ${String(name)}.`);
  const parsed = parseArguments(tool, given);
  if (parsed === undefined)
    return failure('arguments', `${tool.name} takes ${[...tool.required, ...tool.optional].join(', ') || 'nothing'}.`);
  try {
    return { result: { content: [text(render(await tool.run(parsed, await fleet()), 'json'))] } };
  } catch (error) {
    const said = error instanceof Error ? error.message : 'It failed, and nothing says why.';
    return { result: { content: [text(said)], isError: true } };
  }
}

const text = (said: string) => ({ type: 'text', text: said });
const failure = (kind: keyof typeof ERRORS, message: string) => ({ error: { code: ERRORS[kind], message } });

function parse(line: string): Call | undefined {
  try {
    const parsed = v.safeParse(call, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
