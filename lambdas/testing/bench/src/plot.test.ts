import { apart, drawPlot, niceCeiling } from './plot';

test.each([
  [1, 1],
  [29.03, 40],
  [102, 200],
  [0.7, 0.8],
  [9.1, 10],
])('an axis for %f ends at %f', (value, ceiling) => expect(niceCeiling(value)).toBeCloseTo(ceiling));

test('names of lines that end at one height stand above each other', () => {
  expect(apart([300, 100])).toEqual([300, 100]);
  expect(apart([300, 300, 290])).toEqual([300, 284, 268]);
});

test('a plot has a line with a name for each series, between the axes', () => {
  const svg = drawPlot({
    title: 'Waits',
    x: 'jobs',
    y: 'seconds',
    series: [
      {
        name: 'one',
        points: [
          [0, 0],
          [10, 8],
        ],
      },
      {
        name: 'two',
        points: [
          [0, 4],
          [10, 4],
        ],
      },
    ],
  });
  expect(svg.match(/<polyline points="[^"]+"/g)).toEqual([
    '<polyline points="64.0,312.0 570.0,40.0"',
    '<polyline points="64.0,176.0 570.0,176.0"',
  ]);
  expect(svg).toContain('>one</text>');
  expect(svg).toContain('aria-label="Waits"');
});

test('a tenfold is as wide as the next one on a logarithmic axis', () => {
  const svg = drawPlot({
    title: 'Cost',
    x: 'tenants',
    y: 'dollars',
    logarithmic: true,
    series: [
      {
        name: 'all',
        points: [
          [10, 1],
          [100, 1],
          [1_000, 1],
        ],
      },
    ],
  });
  expect(svg).toContain('points="64.0,40.0 317.0,40.0 570.0,40.0"');
});
