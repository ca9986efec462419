import { createVisibleMessages } from './visible-messages';

function messagesOf(tenants: readonly string[], noisy: ReadonlySet<string>, inFlight: Record<string, number> = {}) {
  const messages = createVisibleMessages<string>(
    { isNoisy: (tenant) => noisy.has(tenant), noisy: () => noisy, inFlight: (tenant) => inFlight[tenant] ?? 0 },
    (message) => message.charAt(0),
  );
  tenants.forEach((tenant, index) => messages.add(`${tenant}${index}`));
  return messages;
}

test('the oldest of a quiet tenant comes first, and any of theirs may', () => {
  const messages = messagesOf(['a', 'a', 'b', 'c'], new Set(['a']));
  expect([messages.first(), messages.at(0), messages.at(0.99)]).toEqual([2, 2, 3]);
  expect([messages.remove(messages.first()), messages.remove(messages.first())]).toEqual(['b2', 'c3']);
  expect(messages.length).toBe(2);
});

test('of noisy tenants alone, that with the fewest in flight comes first', () => {
  const messages = messagesOf(['a', 'b', 'a', 'b'], new Set(['a', 'b']), { a: 9, b: 3 });
  expect([messages.first(), messages.at(0), messages.at(0.99)]).toEqual([1, 1, 3]);
});

test('where none is noisy, all may come', () => {
  const messages = messagesOf(['a', 'b', 'c', 'd'], new Set());
  expect([messages.first(), messages.at(0.5), messages.at(0.99)]).toEqual([0, 2, 3]);
});
