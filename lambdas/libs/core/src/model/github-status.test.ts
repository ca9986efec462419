import { GITHUB_STATUSES, needOf } from './github-status';

test('of GitHub’s statuses only queued asks for a machine', () => {
  expect(GITHUB_STATUSES.map((status) => [status, needOf(status)])).toEqual([
    ['requested', 'held-back'],
    ['pending', 'held-back'],
    ['waiting', 'held-back'],
    ['queued', 'machine'],
    ['in_progress', 'running'],
    ['completed', 'over'],
  ]);
});

test.each([undefined, null, '', 'reserved', 7])('%j is no status that is known, and asks for none', (status) =>
  expect(needOf(status)).toBe('unknown'),
);
