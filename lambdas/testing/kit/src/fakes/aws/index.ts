import { createFakeCloudWatch, type FakeCloudWatch } from './cloudwatch';
import { createFakeEcs, type FakeEcs } from './ecs';
import { createFakeElb, type FakeElb } from './elbv2';
import { createFakeGroups, type FakeGroups } from './groups';
import { createFakeIam, type FakeIam } from './iam';
import { createFakeOthers, type FakeOthers } from './others';
import { Refuse, type Input, type Operation } from './refuse';

/** AWS at the wire, as far as the deployer calls it: what a call is refused for is what AWS documents. */
export interface FakeAws {
  readonly cloudwatch: FakeCloudWatch;
  readonly ecs: FakeEcs;
  readonly elb: FakeElb;
  readonly groups: FakeGroups;
  readonly iam: FakeIam;
  readonly others: FakeOthers;
  readonly objects: Map<string, Uint8Array>;
  /** Names of the operations that were called, in order. */
  readonly calls: string[];
  readonly fetch: typeof fetch;
  /** Asked before and after each call takes effect; what it throws is a crash of the caller's. */
  crash?: (operation: string, when: 'before' | 'after') => void;
  /** Whether the account has made too many calls of this kind. */
  throttles?: (operation: string) => boolean;
}

export function createFakeAws(): FakeAws {
  const cloudwatch = createFakeCloudWatch();
  const ecs = createFakeEcs(cloudwatch.alarming);
  const aws: FakeAws = {
    cloudwatch,
    ecs,
    elb: createFakeElb(),
    groups: createFakeGroups((id) => ecs.holds(id)),
    iam: createFakeIam(),
    others: createFakeOthers(),
    objects: new Map(),
    calls: [],
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const body = new Uint8Array(await request.arrayBuffer());
      return answer(aws, request, body);
    },
  };
  return aws;
}

function answer(aws: FakeAws, request: Request, body: Uint8Array): Response {
  const target = request.headers.get('x-amz-target')?.split('.').at(-1);
  const text = new TextDecoder().decode(body);
  const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true;
  const form = new Map(isForm ? new URLSearchParams(text) : []);
  const operation = target ?? form.get('Action') ?? `${request.method} object`;
  aws.crash?.(operation, 'before');
  aws.calls.push(operation);
  if (aws.throttles?.(operation) === true)
    return new Response(JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' }), { status: 400 });
  const made = target !== undefined ? json(aws, target, text) : isForm ? xml(aws, form) : object(aws, request, body);
  aws.crash?.(operation, 'after');
  return made;
}

export function jsonOperation({ ecs, cloudwatch, others }: FakeAws, operation: string): Operation | undefined {
  return ecs.operations[operation] ?? cloudwatch.operations[operation] ?? others.operations[operation];
}

function json(aws: FakeAws, operation: string, text: string): Response {
  const run = jsonOperation(aws, operation);
  if (run === undefined) throw new Error(`The AWS of tests has no ${operation}`);
  try {
    return new Response(JSON.stringify(run(JSON.parse(text) as Input) ?? {}));
  } catch (error) {
    if (!(error instanceof Refuse)) throw error;
    return new Response(JSON.stringify({ __type: error.code, message: error.message }), { status: error.status });
  }
}

function xml(aws: FakeAws, form: ReadonlyMap<string, string>): Response {
  const operation = form.get('Action') ?? '';
  const run = aws.elb.operations[operation] ?? aws.groups.operations[operation] ?? aws.iam.operations[operation];
  if (run === undefined) throw new Error(`The AWS of tests has no ${operation}`);
  try {
    return new Response(`<?xml version="1.0"?><${operation}Response>${run(form)}</${operation}Response>`);
  } catch (error) {
    if (!(error instanceof Refuse)) throw error;
    const { code, message, status } = error;
    return new Response(`<Response><Error><Code>${code}</Code><Message>${message}</Message></Error></Response>`, {
      status,
    });
  }
}

function object({ objects }: FakeAws, { method, url }: Request, body: Uint8Array): Response {
  const { pathname, searchParams } = new URL(url);
  const key = decodeURIComponent(pathname.slice(1));
  if (method === 'PUT') objects.set(key, body);
  if (method === 'HEAD') return new Response(null, { status: objects.has(key) ? 200 : 404 });
  if (method === 'DELETE') objects.delete(key);
  if (method !== 'GET') return new Response('');
  const prefix = searchParams.get('prefix') ?? '';
  const keys = [...objects.keys()].filter((one) => one.startsWith(prefix));
  const contents = keys.map((one) => `<Contents><Key>${one}</Key></Contents>`).join('');
  return new Response(`<ListBucketResult>${contents}</ListBucketResult>`);
}
