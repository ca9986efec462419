import type { AppSecrets } from '../model/app-secrets';
import { MAX_SECRETS, hasItsSecrets, refuseSecret, setSecret, unsetSecret } from './app-secrets';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const kept = (name: string, arn = `arn:${name}`) => ({ name, arn, setAt: NOW.toISOString() });
const secrets = (over: Partial<AppSecrets> = {}): AppSecrets => ({
  kept: [kept('A'), kept('B')],
  leaving: [],
  roleAt: NOW.toISOString(),
  ...over,
});
const shop = (over: Partial<AppSecrets> = {}) =>
  ({ app: 'shop', state: 'active', secrets: secrets(over), secretsVersion: 3 }) as const;

describe("an app's secrets", () => {
  it('begin with the first one', () => {
    expect(setSecret({}, { name: 'A', arn: 'arn:A' }, NOW)).toEqual({
      secrets: { kept: [kept('A')], leaving: [] },
      secretsVersion: 1,
    });
  });

  it('are a version more with each change, in the order of their names, and keep their role', () => {
    const changed = setSecret(shop(), { name: 'AB', arn: 'arn:AB' }, NOW);
    expect(changed).toEqual({ secrets: secrets({ kept: [kept('A'), kept('AB'), kept('B')] }), secretsVersion: 4 });
  });

  it('let a replaced value leave, with those that are leaving already', () => {
    const changed = setSecret(shop({ leaving: ['arn:old'] }), { name: 'B', arn: 'arn:new' }, NOW);
    expect(changed.secrets).toMatchObject({ kept: [kept('A'), kept('B', 'arn:new')], leaving: ['arn:old', 'arn:B'] });
  });

  it('are as they were where nothing of the name is unset', () => {
    expect(unsetSecret(shop(), 'C')).toEqual({ kind: 'nothing', sentence: 'shop has no secret C.' });
  });

  it.each(['deleting', 'deleted'] as const)('are not changed of an app that is %s', (state) => {
    expect(refuseSecret({ ...shop(), state }, 'A')).toBe('shop is deleted, or about to be.');
    expect(unsetSecret({ ...shop(), state }, 'A')).toMatchObject({ kind: 'refuse' });
  });

  it('are refused where there are too many, of which one may still be replaced', () => {
    const many = { kept: Array.from({ length: MAX_SECRETS }, (_, n) => kept(`K${n}`)) };
    expect(refuseSecret(shop(many), 'MORE')).toContain(`has ${MAX_SECRETS} secrets`);
    expect(refuseSecret(shop(many), 'K0')).toBeUndefined();
    expect(refuseSecret(shop({ leaving: Array.from({ length: 40 }, String) }), 'A')).toContain('get a version to run');
  });

  it('are with what runs once that names them all', () => {
    const shape = { cpu: 256, memory: 512, port: 8080, healthPath: '/' };
    const live = { deploymentId: '1', commit: 'c', digest: 'd', taskDefinition: 't', shape };
    expect(hasItsSecrets({ live, secretsVersion: 3 })).toBe(false);
    expect(hasItsSecrets({ live: { ...live, shape: { ...shape, secretsVersion: 3 } }, secretsVersion: 3 })).toBe(true);
    expect(hasItsSecrets({ live })).toBe(true);
    expect(hasItsSecrets({ secretsVersion: 3 })).toBe(false);
  });
});
