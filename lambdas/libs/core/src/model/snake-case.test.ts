import fc from 'fast-check';
import { renameKeys, toCamelCase, toSnakeCase } from './snake-case';

test.each([
  ['queuedAt', 'queued_at'],
  ['jitStored', 'jit_stored'],
  ['v', 'v'],
])('spells %s as %s in rows, and back', (name, spelled) => {
  for (let times = 0; times < 2; times += 1) {
    expect(toSnakeCase(name)).toBe(spelled);
    expect(toCamelCase(spelled)).toBe(name);
  }
});

test('spells as before however many names it has seen', () => {
  const name = fc.stringMatching(/^[a-z]{1,6}([A-Z][a-z]{1,6}){0,3}$/);
  fc.assert(
    fc.property(name, (given) => toCamelCase(toSnakeCase(given)) === given),
    { numRuns: 3_000 },
  );
  expect([toSnakeCase('endedAt'), toSnakeCase('neverSeenBefore')]).toEqual(['ended_at', 'never_seen_before']);
});

test('renames the keys of objects in a row and in its lists, and neither values nor sets', () => {
  const row = { tenantTier: 'bigSize', intent: { clientToken: 'aB' }, tried: [{ atOnce: 1 }], names: new Set(['aB']) };
  expect(renameKeys(row, toSnakeCase)).toEqual({
    tenant_tier: 'bigSize',
    intent: { client_token: 'aB' },
    tried: [{ at_once: 1 }],
    names: new Set(['aB']),
  });
  expect(Object.entries(renameKeys(JSON.parse('{"__proto__":{"a":1}}'), toSnakeCase) as object)).toEqual([
    ['__proto__', { a: 1 }],
  ]);
});
