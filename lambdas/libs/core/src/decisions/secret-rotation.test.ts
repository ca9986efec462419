import { HOUR, plus } from '../model/time';
import { OVERLAP, valuesInRotation } from './secret-rotation';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const version = (value: string, age = 0) => ({ value, createdAt: plus(NOW, -age) });
const none = { pending: undefined, previous: undefined };

describe('the values of a secret that are good', () => {
  it('are the current one alone while nothing is rotated', () => {
    expect(valuesInRotation({ ...none, current: version('now') }, NOW)).toEqual(['now']);
  });

  it('are the prepared one too, which GitHub may have already', () => {
    const versions = { ...none, current: version('now', 90 * HOUR), pending: version('next') };
    expect(valuesInRotation(versions, NOW)).toEqual(['now', 'next']);
  });

  it('are the one before for a day, and no longer', () => {
    const at = (age: number) => ({ ...none, current: version('now', age), previous: version('old', 90 * HOUR) });
    expect(valuesInRotation(at(OVERLAP - 1), NOW)).toEqual(['now', 'old']);
    expect(valuesInRotation(at(OVERLAP), NOW)).toEqual(['now']);
  });

  it('are each one once, as a rotation that was undone has a value twice', () => {
    const versions = { current: version('one'), pending: version('one'), previous: version('one') };
    expect(valuesInRotation(versions, NOW)).toEqual(['one']);
  });
});
