import fc from 'fast-check';
import { CallbackRefused, resolvePublic } from './resolve-public';

/** Answers one name's lookups, another address each time: as a name server does that wants to rebind. */
function rebinding(...answers: readonly (readonly string[])[]) {
  let asked = 0;
  return {
    asked: () => asked,
    resolve4: async () => answers[Math.min(asked++, answers.length - 1)] ?? [],
    resolve6: async () => [],
  };
}
const of = (v4: readonly string[], v6: readonly string[] = []) => ({
  resolve4: async () => v4,
  resolve6: async () => v6,
});

test('a name is called at its first address', async () => {
  await expect(resolvePublic('a.example', of(['8.8.8.8', '1.1.1.1']))).resolves.toEqual({
    address: '8.8.8.8',
    family: 4,
  });
  await expect(resolvePublic('a.example', of([], ['2606:4700::1111']))).resolves.toMatchObject({ family: 6 });
});

test.each<[string, readonly string[], readonly string[]]>([
  ['one private address among public ones', ['8.8.8.8', '10.0.0.1'], []],
  ['a private IPv6 address beside a public IPv4 one', ['8.8.8.8'], ['fd00:ec2::254']],
  ['the metadata of EC2', ['169.254.169.254'], []],
  ['a loopback that is mapped', [], ['::ffff:127.0.0.1']],
  ['nothing', [], []],
])('a name with %s is refused', async (_what, v4, v6) => {
  await expect(resolvePublic('a.example', of(v4, v6))).rejects.toThrow(CallbackRefused);
});

test('a private address at any place among public ones is refused, by a reason without an address', async () => {
  const internal = fc.constantFrom(
    '10.0.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.0.2',
    '192.168.1.1',
    '100.64.0.1',
  );
  await fc.assert(
    fc.asyncProperty(internal, fc.nat({ max: 5 }), fc.nat({ max: 5 }), async (address, before, after) => {
      const all = [...Array<string>(before).fill('8.8.8.8'), address, ...Array<string>(after).fill('1.1.1.1')];
      const refused = await resolvePublic('a.example', of(all)).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(CallbackRefused);
      expect(String(refused)).not.toContain(address);
    }),
  );
});

test('a name that rebinds is looked up once: what was looked at is what is called', async () => {
  const resolver = rebinding(['8.8.8.8'], ['127.0.0.1']);
  const to = await resolvePublic('a.example', resolver);
  expect(to.address).toBe('8.8.8.8');
  expect(resolver.asked()).toBe(1);
});
