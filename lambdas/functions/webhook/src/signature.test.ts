import fc from 'fast-check';
import { sign } from '../test/deliveries';
import { isSigned } from './signature';

describe('a signature', () => {
  it('is the one of GitHub’s documentation', async () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    expect(await isSigned(Buffer.from('Hello, World!'), signature, ["It's a Secret to Everybody"])).toBe(true);
  });

  it('holds for its secret and its bytes only', async () => {
    const bytes = fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }).map((text) => Buffer.from(text));
    const secret = fc.string({ minLength: 1 });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, secret, secret, async (body, otherBody, own, other) => {
        const signature = sign(body, own);
        expect(await isSigned(body, signature, [own])).toBe(true);
        expect(await isSigned(body, signature.toUpperCase().replace('SHA', 'sha'), [own])).toBe(true);
        expect(await isSigned(body, signature, [other, own])).toBe(true);
        expect(await isSigned(body, signature, [other])).toBe(other === own);
        expect(await isSigned(otherBody, signature, [own])).toBe(otherBody.equals(body));
        expect(await isSigned(body, signature, [])).toBe(false);
      }),
    );
  });

  it.each([
    undefined,
    '',
    'sha256=',
    `sha256=${'g'.repeat(64)}`,
    `sha256=${'0'.repeat(65)}`,
    `sha1=${'0'.repeat(64)}`,
    `x sha256=${'0'.repeat(64)}`,
  ])('of the form %j is none', async (signature) => {
    expect(await isSigned(Buffer.from('x'), signature, ['secret'])).toBe(false);
  });

  it('is never on an empty body or on bytes that are no text', async () => {
    expect(await isSigned(Buffer.alloc(0), sign(Buffer.alloc(0), 'secret'), ['secret'])).toBe(false);
    const noText = Buffer.from([0xff, 0xfe, 0x80]);
    expect(await isSigned(noText, sign(noText, 'secret'), ['secret'])).toBe(false);
  });
});
