import fc from 'fast-check';
import { awsError, createStubClient } from '@multi-tenant-runner/testing';
import { createCallbackQueue } from './callback-queue';

const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/test-callbacks';
const event = (number: number, installationId = 1001) => ({ id: `e${number}`, installation_id: installationId });
type Entry = Readonly<Record<'Id' | 'MessageBody' | 'MessageGroupId', string>>;
const entriesOf = (input: Readonly<Record<string, unknown>>): readonly Entry[] => input['Entries'] as readonly Entry[];

test("sends each event whole, in its tenant's group", async () => {
  const client = createStubClient(({ input }) => ({ Successful: entriesOf(input) }));
  const failed = await createCallbackQueue({ client, queueUrl })([event(1), event(2, 1002)]);
  expect([...failed]).toEqual([]);
  expect(client.sent).toEqual([
    {
      name: 'SendMessageBatch',
      input: {
        QueueUrl: queueUrl,
        Entries: [
          { Id: '0', MessageBody: JSON.stringify(event(1)), MessageGroupId: '1001' },
          { Id: '1', MessageBody: JSON.stringify(event(2, 1002)), MessageGroupId: '1002' },
        ],
      },
    },
  ]);
});

test('sends all, ten at once, and answers exactly what was not taken', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat({ max: 35 })), fc.integer({ min: 0, max: 35 }), async (refused, count) => {
      const events = Array.from({ length: count }, (_, index) => event(index));
      const isTaken = ({ MessageBody }: Entry): boolean =>
        !refused.includes(Number(JSON.parse(MessageBody).id.slice(1)));
      const client = createStubClient(({ input }) => ({ Successful: entriesOf(input).filter(isTaken) }));
      const failed = await createCallbackQueue({ client, queueUrl })(events);
      expect([...failed]).toEqual(events.filter((_, index) => refused.includes(index)));
      const sent = client.sent.flatMap(({ input }) =>
        entriesOf(input).map(({ MessageBody }) => JSON.parse(MessageBody)),
      );
      expect(sent).toEqual(events);
      expect(client.sent.every(({ input }) => entriesOf(input).length <= 10)).toBe(true);
    }),
  );
});

test('fails with the call, so that the stream tells of all again', async () => {
  const client = createStubClient(() => awsError('QueueDoesNotExist', 400));
  await expect(createCallbackQueue({ client, queueUrl })([event(1)])).rejects.toThrow('QueueDoesNotExist');
});
