// The machine API as the function `machine` answers it, for one machine: one claim by one nonce, reports with the
// secret that the claim returned, and bounds on both.

const MAX_REPORT_BYTES = 16 * 1024;
const EVENTS = {
  boot: ['timings', 'version', 'age_days'],
  busy: [],
  idle: [],
  end: ['reason', 'timings'],
  log: ['lines'],
};

/**
 * @param given `instanceId`, `secret` (of the claim), `reportSecret`, `config`, `tenantId`; `before`: what the first
 *   claims get instead of an answer, `{ status, … }`, or `'lost'` for a claim that succeeds and whose answer is lost;
 *   `reports`: the status of every report
 */
export function machineApi({ instanceId, secret, reportSecret, config, tenantId, before = [], reports }) {
  const seen = { claims: [], reports: [], events: [], lines: [], wrong: [], states: [] };
  const script = [...before];
  let claimedBy;

  const claim = (body) => {
    seen.claims.push({ ...body, at: Date.now() });
    const planned = script.shift();
    if (planned !== undefined && planned !== 'lost') return planned;
    const refused = { status: 403, body: JSON.stringify({ message: 'This claim is refused.' }) };
    if (body.instance_id !== instanceId || body.secret !== secret) return refused;
    if (claimedBy !== undefined && claimedBy !== body.nonce) return refused;
    claimedBy = body.nonce;
    if (planned === 'lost') return { destroy: true };
    const answer = { jit_config: config, report_secret: reportSecret, tenant_id: tenantId, launch_id: '7-1' };
    return { body: JSON.stringify(answer) };
  };

  const report = (body, bytes) => {
    if (body.instance_id !== instanceId || body.secret !== reportSecret) return { status: 403 };
    const problem = bytes > MAX_REPORT_BYTES ? `${bytes} bytes` : problemOf(body.events);
    if (problem !== undefined) seen.wrong.push(problem);
    seen.reports.push(body.events);
    seen.states.push(body.state);
    if (reports !== undefined) return { status: reports };
    seen.events.push(...body.events.filter(({ kind }) => kind !== 'log'));
    seen.lines.push(...body.events.flatMap(({ kind, lines }) => (kind === 'log' ? lines : [])));
    return { status: 204, headers: { 'ghr-state': `after-${seen.reports.length}` } };
  };

  const handle = ({ method, path, headers, body: bytes }) => {
    const body = parse(bytes);
    if (method !== 'POST' || headers['content-type'] !== 'application/json' || body === undefined)
      return { status: 400, body: '{"message":"not understood"}' };
    if (path === '/machine/claim') return claim(body);
    return path === '/machine/report' ? report(body, bytes.length) : { status: 404 };
  };
  return { handle, seen };
}

function parse(bytes) {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function problemOf(events) {
  if (!Array.isArray(events) || events.length === 0) return 'no events';
  return events
    .map((event) => {
      const fields = EVENTS[event.kind];
      if (fields === undefined) return `an event of the kind ${event.kind}`;
      const unknown = Object.keys(event).find((name) => name !== 'kind' && !fields.includes(name));
      return unknown && `${event.kind} with ${unknown}`;
    })
    .find((problem) => problem !== undefined);
}
