import { parseBootReport } from './boot-report';

const read = (value: string) => parseBootReport({ 'ghr:boot': value });

it.each([
  [
    'ok metadata=90ms runner=3ms configuration=120ms version=2.336.0 age=3',
    { kind: 'ok', runnerVersion: '2.336.0', runnerAgeDays: 3 },
  ],
  ['ok metadata=90ms', { kind: 'ok' }],
  ['failed:runner-deprecated metadata=90ms', { kind: 'failed', code: 'runner-deprecated' }],
  ['failed:script-died', { kind: 'failed', code: 'script-died' }],
])('reads %j', (value, report) => {
  expect(read(value)).toEqual(report);
});

it.each(['', 'failed', 'failed:', 'failed:Some Text', `failed:${'a'.repeat(200)}`, 'busy', 'not ok age=900'])(
  'takes nothing from %j',
  (value) => {
    expect(read(value)).toBeUndefined();
  },
);

it('takes nothing from a machine without the tag', () => {
  expect(parseBootReport({})).toBeUndefined();
});
