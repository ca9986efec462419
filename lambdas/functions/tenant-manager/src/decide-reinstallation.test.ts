import { decideReinstallation, type AccountRow } from './decide-reinstallation';

const rows = (entries: Record<number, AccountRow['state']>): AccountRow[] =>
  Object.entries(entries).map(([id, state]) => ({ installationId: Number(id), state }));

describe('the succession of an account’s installations', () => {
  it.each([
    ['alone', {}, 'unsure', { kind: 'current', offboard: [], earlier: [] }],
    ['after one that is gone', { 1: 'gone' }, 'unsure', { kind: 'current', offboard: [], earlier: [1] }],
    ['after one that is live', { 1: 'live' }, 'unsure', { kind: 'current', offboard: [1], earlier: [1] }],
    [
      'after one whose clean-up was cut off',
      { 1: 'leaving' },
      'unsure',
      { kind: 'current', offboard: [1], earlier: [1] },
    ],
    [
      'after several',
      { 1: 'gone', 2: 'gone', 3: 'live' },
      'unsure',
      { kind: 'current', offboard: [3], earlier: [3, 2, 1] },
    ],
    ['before a live one, and GitHub no longer knows it', { 9: 'live' }, 'gone', { kind: 'replaced' }],
    [
      'before a live one, but GitHub knows it',
      { 9: 'live' },
      'known',
      { kind: 'current', offboard: [9], earlier: [9] },
    ],
    [
      'before a live one, and GitHub does not say',
      { 1: 'live', 9: 'live' },
      'unsure',
      { kind: 'current', offboard: [1], earlier: [1] },
    ],
    ['before one that is gone', { 9: 'gone' }, 'unsure', { kind: 'current', offboard: [], earlier: [9] }],
  ] as const)('%s', (_name, others, atGitHub, expected) => {
    expect(decideReinstallation(5, rows(others), atGitHub)).toEqual(expected);
  });
});
