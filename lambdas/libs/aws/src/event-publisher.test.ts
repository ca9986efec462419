import { awsError, createStubClient } from '@multi-tenant-runner/testing';
import { createEventPublisher } from './event-publisher';

const event = (number: number) => ({ id: `e${number}`, type: 'job.queued', time: '2026-01-15T12:00:00.000Z' });

test('publishes ten at once, in their order, and answers what was not taken', async () => {
  const client = createStubClient(({ input }) => ({
    FailedEntryCount: 1,
    Entries: (input['Entries'] as readonly { Detail: string }[]).map(({ Detail }) =>
      Detail.includes('"e3"') ? { ErrorCode: 'ThrottlingException' } : { EventId: 'x' },
    ),
  }));
  const events = Array.from({ length: 12 }, (_, index) => event(index + 1));
  const failed = await createEventPublisher({ client, busName: 'test' })(events);
  expect([...failed]).toEqual([events[2]]);
  expect(client.sent.map(({ input }) => (input['Entries'] as unknown[]).length)).toEqual([10, 2]);
  expect((client.sent[1]?.input['Entries'] as unknown[])[1]).toEqual({
    EventBusName: 'test',
    Source: 'multi-tenant-runner',
    DetailType: 'job.queued',
    Time: new Date('2026-01-15T12:00:00.000Z'),
    Detail: JSON.stringify(event(12)),
  });
});

test('fails with the call', async () => {
  const client = createStubClient(() => awsError('AccessDeniedException', 400));
  await expect(createEventPublisher({ client, busName: 'test' })([event(1)])).rejects.toThrow('AccessDenied');
});
