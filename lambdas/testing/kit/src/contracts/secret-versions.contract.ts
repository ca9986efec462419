import type { SecretVersions } from '@multi-tenant-runner/core';

export interface SecretVersionsBed {
  readonly secrets: SecretVersions;
  /** Makes a secret of this name, and answers its ARN. */
  create(name: string, value: string): Promise<string>;
  /** Another current value. */
  put(arn: string, value: string): Promise<void>;
  /** The value that a rotation is about to make current. */
  prepare(arn: string, value: string): Promise<void>;
}

/** What Secrets Manager answers for a version's label, as a rotation moves it. */
export function secretVersionsContract(name: string, open: () => Promise<SecretVersionsBed>): void {
  describe(`versions of secrets ${name}`, () => {
    let bed: SecretVersionsBed;
    let arn: string;
    beforeAll(async () => {
      bed = await open();
      arn = await bed.create('github/webhook-secret', 'one');
    });
    const valuesOf = async (secret: string) => {
      const stages = ['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'] as const;
      return Promise.all(stages.map(async (stage) => (await bed.secrets.read(secret, stage))?.value));
    };

    it('have one that is current, with its time', async () => {
      expect(await valuesOf(arn)).toEqual(['one', undefined, undefined]);
      expect(Number.isNaN((await bed.secrets.read(arn, 'AWSCURRENT'))?.createdAt.getTime())).toBe(false);
    });

    it('have one that is about to be, and the current one stays', async () => {
      await bed.prepare(arn, 'two');
      expect(await valuesOf(arn)).toEqual(['one', 'two', undefined]);
    });

    it('have the one before once another is current', async () => {
      await bed.put(arn, 'three');
      const [current, , previous] = await valuesOf(arn);
      expect([current, previous]).toEqual(['three', 'one']);
    });

    it('are none of a secret that is not there', async () => {
      expect(await valuesOf(arn.replace('webhook-secret', 'other'))).toEqual([undefined, undefined, undefined]);
    });
  });
}
