import { retryConflicts } from './conflicts';

function cancelled(...codes: readonly string[]): Error {
  const error = Object.assign(new Error('cancelled'), { CancellationReasons: codes.map((Code) => ({ Code })) });
  error.name = 'TransactionCanceledException';
  return error;
}

function conflict(): Error {
  const error = new Error('another transaction is at the row');
  error.name = 'TransactionConflictException';
  return error;
}

/** A write that fails with each of these before it goes through. */
function writeAfter(errors: readonly Error[]) {
  const left = [...errors];
  const tries = { count: 0 };
  const write = (): Promise<string> => {
    tries.count += 1;
    const error = left.shift();
    return error === undefined ? Promise.resolve('written') : Promise.reject(error);
  };
  return { write, tries };
}

describe('a write that meets another transaction', () => {
  test.each([
    ['its own cancelled transaction', cancelled('None', 'TransactionConflict')],
    ['a write outside of a transaction', conflict()],
    ['a throttled partition', cancelled('ThrottlingError', 'None')],
  ])('is repeated: %s', async (_what, error) => {
    const { write, tries } = writeAfter([error, error]);
    await expect(retryConflicts(write)).resolves.toBe('written');
    expect(tries.count).toBe(3);
  });

  test('is given up after ten times', async () => {
    const { write, tries } = writeAfter(Array.from({ length: 20 }, conflict));
    await expect(retryConflicts(write)).rejects.toThrow('another transaction is at the row');
    expect(tries.count).toBe(10);
  });

  test.each([
    ['a condition that failed', cancelled('ConditionalCheckFailed', 'None')],
    ['another error', new Error('no')],
  ])('is not what %s means', async (_what, error) => {
    const { write, tries } = writeAfter([error]);
    await expect(retryConflicts(write)).rejects.toBe(error);
    expect(tries.count).toBe(1);
  });
});
