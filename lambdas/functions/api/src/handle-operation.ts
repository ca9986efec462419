import { authenticate } from './access/authenticate';
import { limitRate } from './access/limit-rate';
import { isPublic, mayCall } from './access/permissions';
import type { ApiDeps } from './deps';
import { runOnce } from './http/idempotency';
import { Problem } from './http/problem';
import { readBody, readContext } from './http/read-call';
import type { ApiRequest } from './http/request';
import type { Answer, Operation } from './operations/operation';

/** What the router has read. */
export interface Routed {
  readonly request: ApiRequest;
  readonly requestId: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** Who calls, how often, whether they may, what exactly: in this order, so that a refusal costs and tells little. */
export async function handleOperation(
  operation: Operation,
  { request, requestId, params, query }: Routed,
  deps: ApiDeps,
): Promise<Answer<unknown>> {
  const { id } = operation;
  if (isPublic(id))
    return operation.handle({ params, query, body: {}, requestId, reason: '', caller: undefined }, deps);
  const caller = await authenticate(request, deps);
  await limitRate(caller, deps);
  const tenant = params['installation_id'];
  if (!mayCall(caller, id, tenant === undefined ? undefined : Number(tenant)))
    throw new Problem('forbidden', `The role ${caller.role} may not do this, or not with this tenant.`);
  const isChange = operation.method !== 'GET';
  const context = readContext(request, isChange);
  const body = isChange ? readBody(request) : {};
  const run = (): Promise<Answer<unknown>> =>
    operation.handle({ ...context, params, query, body, requestId, caller, request }, deps);
  if (!isChange) return run();
  const asked = [id, params, query, body, context.reason, context.ifMatch ?? null];
  const again = async (kept: unknown): Promise<Answer<unknown>> => operation.again?.(kept, deps) ?? run();
  // What can't be compared with what was asked before counts for itself.
  const key = operation.hidesBody === true ? undefined : context.idempotencyKey;
  const answer = await runOnce({ caller, key, asked, run, again }, deps);
  deps.log.info('A change was asked for', { operation: id, actor: caller.actor, requestId, tenant_id: tenant });
  return answer;
}
