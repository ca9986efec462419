import fc from 'fast-check';
import { sign } from '../test/deliveries';
import { isSigned } from './signature';

describe('a signature', () => {
  it('is the one of GitHub’s documentation', () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    expect(isSigned(Buffer.from('Hello, World!'), signature, ["It's a Secret to Everybody"])).toBe(true);
  });

  it('holds for its secret and its bytes only', () => {
    const bytes = fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array));
    const secret = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(bytes, bytes, secret, secret, (body, otherBody, own, other) => {
        const signature = sign(body, own);
        expect(isSigned(body, signature, [own])).toBe(true);
        expect(isSigned(body, signature.toUpperCase().replace('SHA', 'sha'), [own])).toBe(true);
        expect(isSigned(body, signature, [other, own])).toBe(true);
        expect(isSigned(body, signature, [other])).toBe(other === own);
        expect(isSigned(otherBody, signature, [own])).toBe(otherBody.equals(body));
        expect(isSigned(body, signature, [])).toBe(false);
      }),
    );
  });

  it.each([undefined, '', 'sha256=', `sha256=${'g'.repeat(64)}`, `sha256=${'0'.repeat(65)}`, `sha1=${'0'.repeat(64)}`, `x sha256=${'0'.repeat(64)}`])('of the form %j is none', (signature) => {
    expect(isSigned(Buffer.from('x'), signature, ['secret'])).toBe(false);
  });
});
