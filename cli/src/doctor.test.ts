import { strFromU8, unzipSync } from 'fflate';
import { HEALTHY, known } from '../test/healthy-facts';
import { createShell } from '../test/shell';

const BROKEN = {
  ...HEALTHY,
  key: known({ refused: 'GitHub answers 401 to /app: Bad credentials' }),
  app: { known: false, because: 'GitHub answers 401 to /app: Bad credentials' } as const,
  queues: known([{ queue: 'test-sweep-dlq', messages: 1 }]),
  hook: known({ insecureSsl: false, hasSecret: true, url: 'https://mine.example.com/other', contentType: 'json' }),
  fleet: known({
    isSample: false,
    tenants: [
      {
        name: 'acme',
        slots: 0,
        launchesWithSlot: 0,
        maxRunners: 1,
        isUser: false,
        openCircuits: ['large'],
        problems: [],
      },
      {
        name: 'acme-labs',
        slots: 0,
        launchesWithSlot: 0,
        maxRunners: 1,
        isUser: false,
        openCircuits: [],
        problems: ['tier ghp_0123456789abcdef0123'],
      },
    ],
    launches: [],
    jobs: [],
  }),
};

describe('doctor', () => {
  it('says that all is fine, and with --all of what', async () => {
    const { run, json } = createShell({ isTerminal: true });
    expect(await run('doctor')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^All \d\d checks are fine\.\n$/),
    });
    expect(await json('--output', 'json', 'doctor', '--all')).toMatchObject({
      rows: expect.arrayContaining([{ check: 'clock', state: 'ok', says: "This clock and GitHub's agree." }]),
    });
  });

  it('prints what it found and what to do, and fails', async () => {
    const shell = createShell();
    shell.facts = BROKEN;
    const { code, out, err } = await shell.run('doctor');
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/checks found something \(\d failing\)\.\n$/),
    });
    expect(JSON.parse(out).rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          check: 'app',
          state: 'failing',
          says: 'GitHub answers 401 to /app: Bad credentials.',
        }),
        { check: 'events', state: 'unknown', says: 'Not checked: GitHub answers 401 to /app: Bad credentials' },
        expect.objectContaining({
          check: 'dead-letters',
          state: 'failing',
          says: expect.stringContaining('test-sweep-dlq'),
        }),
        expect.objectContaining({ check: 'circuits', mend: expect.stringContaining('mtr jobs why') }),
      ]),
    );
  });

  it('fails for nothing that it could not find out', async () => {
    const shell = createShell();
    shell.facts = { ...HEALTHY, costTags: { known: false, because: 'AccessDenied' } };
    expect((await shell.run('doctor')).code).toBe(0);
  });

  it('writes a bundle without secrets, customers and addresses', async () => {
    const shell = createShell();
    shell.facts = BROKEN;
    await shell.run('doctor', '--bundle', 'report.zip');
    const zip = shell.written.get('report.zip');
    const files = unzipSync(zip instanceof Uint8Array ? zip : new Uint8Array());
    expect(Object.keys(files).sort()).toEqual(['facts.json', 'findings.json']);
    const text = Object.values(files)
      .map((file) => strFromU8(file))
      .join('\n');
    expect(text).toContain('tenant-1: large');
    expect(text).toContain('https://[host]/other');
    expect(text).not.toMatch(/acme|mine\.example|ghp_/);
  });
});
