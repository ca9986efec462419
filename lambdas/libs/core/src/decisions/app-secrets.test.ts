import type { App } from '../model/app';
import type { AppSecrets } from '../model/app-secrets';
import { MINUTE, plus } from '../model/time';
import {
  MAX_SECRETS,
  claimSecret,
  countSecrets,
  hasItsSecrets,
  refuseSecret,
  setSecret,
  unsetSecret,
} from './app-secrets';

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

  it('count from the claim on, once, and what broke off only until the next one of its app', () => {
    const claiming = (app: Pick<App, 'secrets'>, name: string, at = NOW): AppSecrets =>
      claimSecret(app, name, at) ?? secrets();
    const claimed = claiming(shop(), 'C');
    expect([countSecrets(), countSecrets(secrets()), countSecrets(claimed)]).toEqual([0, 2, 3]);
    expect(claimSecret(shop(), 'A', NOW)).toBeUndefined();
    const again = claiming({ secrets: claimed }, 'C', plus(NOW, MINUTE));
    expect(countSecrets(again)).toBe(3);
    const kept = setSecret({ ...shop(), secrets: again }, { name: 'C', arn: 'arn:C' }, NOW).secrets;
    expect([countSecrets(kept), kept.claimed]).toEqual([3, undefined]);
    expect(countSecrets(claiming({ secrets: claimed }, 'D', plus(NOW, 14 * MINUTE)))).toBe(4);
    expect(countSecrets(claiming({ secrets: claimed }, 'D', plus(NOW, 15 * MINUTE)))).toBe(3);
    expect(unsetSecret({ ...shop(), secrets: claimed }, 'C')).toMatchObject({
      changes: { secrets: { kept: secrets().kept } },
    });
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
