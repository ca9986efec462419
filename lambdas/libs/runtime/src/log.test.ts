import fc from 'fast-check';
import { createLog, type LogLevel } from './log';
import { createMetrics } from './metrics';

const clock = { now: () => new Date('2026-01-15T12:00:00.000Z') };

function logTo(lines: string[], level: LogLevel = 'debug') {
  return createLog({ level, clock, write: (line) => void lines.push(line) });
}

function logged(fields: Record<string, unknown>, message = 'a line'): Record<string, unknown> {
  const lines: string[] = [];
  logTo(lines).info(message, fields);
  return JSON.parse(lines[0] ?? '{}');
}

describe('a log', () => {
  it('writes one JSON object a line', () => {
    expect(logged({ tenant_id: 7, at: new Date(0), ids: new Set(['a']), by: new Map([['a', 1]]) })).toEqual({
      level: 'info',
      time: '2026-01-15T12:00:00.000Z',
      message: 'a line',
      tenant_id: 7,
      at: '1970-01-01T00:00:00.000Z',
      ids: ['a'],
      by: { a: 1 },
    });
  });

  it('says nothing below its level', () => {
    const lines: string[] = [];
    const log = logTo(lines, 'warn');
    log.debug('no');
    log.info('no');
    log.warn('yes');
    log.error('yes');
    expect(lines).toHaveLength(2);
  });

  it('keeps fields on the lines of the log that was given them, and on no other', () => {
    const lines: string[] = [];
    const log = logTo(lines);
    log.with({ tenant_id: 1 }).with({ job_id: 2 }).info('inner');
    log.info('outer');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ tenant_id: 1, job_id: 2 });
    expect(JSON.parse(lines[1] ?? '')).not.toHaveProperty('tenant_id');
  });

  it('can not be told another level, time or message by a field', () => {
    expect(logged({ level: 'debug', time: 'never', message: 'other' })).toMatchObject({
      level: 'info',
      message: 'a line',
      time: '2026-01-15T12:00:00.000Z',
    });
  });

  it('shows an error with its cause and without what an SDK hangs on it', () => {
    const cause = Object.assign(new Error('socket closed'), { code: 'ECONNRESET' });
    const error = Object.assign(new Error('could not', { cause }), {
      $response: { body: 'x' },
      request: { headers: { authorization: 'y' } },
    });
    const line = logged({ error });
    expect(line['error']).toMatchObject({
      name: 'Error',
      message: 'could not',
      cause: { message: 'socket closed', code: 'ECONNRESET' },
    });
    expect(Object.keys(line['error'] ?? {})).toEqual(['name', 'message', 'stack', 'cause']);
  });

  it('survives cycles and depth', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(logged({ loop }))).toContain('[too deep]');
  });
});

const SECRETS = {
  'an installation token': `ghs_${'A1b2'.repeat(9)}`,
  'the secret of a callback': `whsec_${'Ab1+'.repeat(11)}`,
  'a token of the newer form': `ghs_1234_eyJhbGciOiJSUzI1NiJ9.${'abc-_'.repeat(80)}.${'x9'.repeat(40)}`,
  'a JWT': `eyJhbGciOiJSUzI1NiJ9.${'eyJpc3MiOiIxIn0'}.${'c2ln'.repeat(20)}`,
  'a private key': `-----BEGIN RSA PRIVATE KEY-----\n${'MIIE'.repeat(30)}\n-----END RSA PRIVATE KEY-----`,
  'a private key cut short': `-----BEGIN PRIVATE KEY-----\n${'MIIE'.repeat(30)}`,
  'a just-in-time configuration': 'eyJh'.repeat(1_000),
};

describe('secrets', () => {
  it.each(Object.entries(SECRETS))('%s never reaches a line', (_what, secret) => {
    const body = secret.slice(20, 60);
    for (const line of [
      logged({ note: `before ${secret} after` }),
      logged({ deep: [{ error: new Error(secret) }] }),
      logged({}, `text ${secret}`),
    ]) {
      expect(JSON.stringify(line)).not.toContain(body.split('\n')[0]);
    }
    expect(logged({ note: `before ${secret}` })['note']).toContain('before ');
  });

  it.each([
    'body',
    'payload',
    'token',
    'webhookSecret',
    'authorization',
    'jitConfig',
    'encoded_jit_config',
    'privateKey',
    'headers',
  ])('the value of %s is never shown', (name) => {
    expect(logged({ [name]: 'harmless looking' })[name]).toBe('[redacted]');
  });

  it.each(['client_token', 'tenant_id', 'reason', 'key_arn'])('the value of %s is shown', (name) => {
    expect(logged({ [name]: 'token-1' })[name]).toBe('token-1');
  });

  it('stay out wherever they hide', () => {
    const token = `ghs_${'Zz09'.repeat(10)}`;
    fc.assert(
      fc.property(fc.object({ values: [fc.constant(token), fc.string(), fc.integer()] }), (fields) => {
        expect(JSON.stringify(logged(fields))).not.toContain(token);
      }),
      { numRuns: 200 },
    );
  });
});

describe('metrics', () => {
  const count = (...args: Parameters<ReturnType<typeof createMetrics>['count']>): Record<string, unknown> => {
    const lines: string[] = [];
    createMetrics({ environment: 'prod', clock, write: (line) => void lines.push(line) }).count(...args);
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0] ?? '');
  };

  it('are one line of the embedded metric format', () => {
    expect(count('TenantOnboarded', { properties: { tenant_id: 7 } })).toEqual({
      _aws: {
        Timestamp: clock.now().getTime(),
        CloudWatchMetrics: [
          {
            Namespace: 'MultiTenantRunner',
            Dimensions: [['environment']],
            Metrics: [{ Name: 'TenantOnboarded', Unit: 'Count' }],
          },
        ],
      },
      environment: 'prod',
      tenant_id: 7,
      TenantOnboarded: 1,
    });
  });

  it('are counted for the tier and for the whole environment', () => {
    expect(count('JobQueued', { tier: 'small', value: 3 })).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Dimensions: [['environment'], ['environment', 'tier']] }] },
      tier: 'small',
      JobQueued: 3,
    });
  });

  it('measure a time in seconds', () => {
    const lines: string[] = [];
    createMetrics({ environment: 'prod', clock, write: (line) => void lines.push(line) }).measureSeconds(
      'OldestJobAge',
      61,
      { tier: 'small' },
    );
    expect(JSON.parse(lines.join())).toMatchObject({
      _aws: {
        CloudWatchMetrics: [
          {
            Dimensions: [['environment'], ['environment', 'tier']],
            Metrics: [{ Name: 'OldestJobAge', Unit: 'Seconds' }],
          },
        ],
      },
      tier: 'small',
      OldestJobAge: 61,
    });
  });

  it('can not be told another environment by a property', () => {
    expect(count('JobQueued', { properties: { environment: 'other', _aws: 'none', JobQueued: 99 } })).toMatchObject({
      environment: 'prod',
      JobQueued: 1,
      _aws: { Timestamp: expect.any(Number) },
    });
  });
});
