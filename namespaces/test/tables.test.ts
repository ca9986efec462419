import { judge } from './judge';
import { render } from './rendered';

const rows = judge(render());

test('there are rows of every kind', () => {
  expect(rows.length).toBeGreaterThan(2000);
});

test('every row of every table holds for what is rendered', () => {
  expect(rows.filter(({ holds }) => !holds).map(({ what }) => what)).toEqual([]);
});
