import { KNOWN_DRIFTS, driftsOf } from './known-drifts';

const change = (actions: string[], before: unknown, after: unknown) => ({
  resource_changes: [{ address: 'aws_sqs_queue.a', type: 'aws_sqs_queue', change: { actions, before, after } }],
});

describe('the drifts of a second plan', () => {
  it('are none when nothing changes', () => {
    expect(driftsOf(change(['no-op'], { a: 1 }, { a: 1 }))).toEqual([]);
    expect(driftsOf(change(['read'], null, {}))).toEqual([]);
    expect(driftsOf({})).toEqual([]);
  });

  it('are the attributes that differ', () => {
    expect(driftsOf(change(['update'], { same: [1], tags: {} }, { same: [1], tags: { a: 'b' } }))).toEqual([
      { address: 'aws_sqs_queue.a', attribute: 'tags' },
    ]);
  });

  it('carry the reason of a known one, and of no other', () => {
    const known = [{ type: 'aws_sqs_queue', attribute: 'tags', reason: 'the emulator forgets them' }];
    expect(driftsOf(change(['update'], { tags: 1, name: 1 }, { tags: 2, name: 2 }), known)).toEqual([
      { address: 'aws_sqs_queue.a', attribute: 'tags', reason: 'the emulator forgets them' },
      { address: 'aws_sqs_queue.a', attribute: 'name' },
    ]);
  });

  it('are never excused when a resource would be made anew', () => {
    expect(driftsOf(change(['delete', 'create'], { tags: 1 }, { tags: 2 }))).toEqual([
      { address: 'aws_sqs_queue.a', attribute: '(delete+create)' },
    ]);
  });

  it('are each known for a reason', () => {
    for (const one of KNOWN_DRIFTS) expect(one.reason.length).toBeGreaterThan(20);
  });
});
