import fc from 'fast-check';
import { canonicalCidr } from './canonical-cidr';

/** Node's own parser of addresses, which writes them as RFC 5952 says. */
const nodes = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1);

describe('a block as EC2 stores it', () => {
  it.each([
    ['2001:DB8:0:0::/32', '2001:db8::/32'],
    ['2001:db8:0:0:1:0:0:1/128', '2001:db8::1:0:0:1/128'],
    ['2001:db8:0:1:1:1:1:1/128', '2001:db8:0:1:1:1:1:1/128'],
    ['2001:db8::ffff/32', '2001:db8::/32'],
    ['2a0a:a440:00FF::/29', '2a0a:a440::/29'],
    ['0:0:0:0:0:0:0:0/0', '::/0'],
    ['::ffff:10.1.2.3/128', '::ffff:a01:203/128'],
    ['100.68.0.18/18', '100.68.0.0/18'],
    ['10.1.2.3/32', '10.1.2.3/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('of %s is %s', (written, stored) => {
    expect(canonicalCidr(written)).toBe(stored);
  });

  it('is that of Node for every address, and of itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 }),
        (groups) => {
          const address = groups.map((group) => group.toString(16).padStart(4, '0').toUpperCase()).join(':');
          const stored = canonicalCidr(`${address}/128`);
          expect(stored).toBe(`${nodes(address)}/128`);
          expect(canonicalCidr(stored)).toBe(stored);
        },
      ),
    );
  });
});
