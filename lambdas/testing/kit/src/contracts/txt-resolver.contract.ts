import type { TxtResolver } from '@multi-tenant-runner/core';
import type { DnsEntry } from '../fakes/dns';

const alias = (from: string, to: string): readonly [string, DnsEntry] => [from, { cname: to }];

/** @param make a resolver that is answered from the zone */
export function txtResolverContract(
  make: (zone: ReadonlyMap<string, DnsEntry>) => Promise<TxtResolver & { readonly close?: () => void }>,
): void {
  const ask = async (zone: readonly (readonly [string, DnsEntry])[], name = 'a.example.com') => {
    const resolver = await make(new Map(zone));
    try {
      return await resolver.txt(name);
    } finally {
      resolver.close?.();
    }
  };
  const one: DnsEntry = { txt: [['one']] };

  it.each<readonly [string, readonly (readonly [string, DnsEntry])[], unknown]>([
    ['one record', [['a.example.com', one]], ['one']],
    ['several', [['a.example.com', { txt: [['one'], ['two'], ['v=spf1 -all']] }]], ['one', 'two', 'v=spf1 -all']],
    ['one in parts', [['a.example.com', { txt: [['x'.repeat(255), 'y']] }]], [`${'x'.repeat(255)}y`]],
    ['one of an alias', [alias('a.example.com', 'b.example.net'), ['b.example.net', one]], ['one']],
    [
      'one of an alias of an alias',
      [alias('a.example.com', 'b.example.net'), alias('b.example.net', 'c.example.org'), ['c.example.org', one]],
      ['one'],
    ],
  ])('finds %s', async (_what, zone, values) => {
    const answer = await ask(zone);
    expect(answer).toMatchObject({ kind: 'found' });
    expect(answer.kind === 'found' && [...answer.values].sort()).toEqual([...(values as string[])].sort());
  });

  it.each<readonly [string, readonly (readonly [string, DnsEntry])[]]>([
    ['no such name', []],
    ['an alias that leads nowhere', [alias('a.example.com', 'b.example.net')]],
  ])('says for certain that there is none: %s', async (_what, zone) => {
    expect(await ask(zone)).toEqual({ kind: 'none' });
  });

  it.each<readonly [string, readonly (readonly [string, DnsEntry])[]]>([
    ['a server that fails', [['a.example.com', { fails: true }]]],
    ['an alias of what fails', [alias('a.example.com', 'b.example.net'), ['b.example.net', { fails: true }]]],
    ['aliases in a circle', [alias('a.example.com', 'b.example.net'), alias('b.example.net', 'a.example.com')]],
  ])('does not know: %s', async (_what, zone) => {
    expect(await ask(zone)).toMatchObject({ kind: 'unknown' });
  });
}
