export interface Series {
  readonly name: string;
  /** Ascending by x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Whether each step of the x axis is a tenfold. */
  readonly logarithmic?: boolean;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 360;
const LEFT = 64;
const RIGHT = 150;
const TOP = 40;
const BOTTOM = 48;
// Told apart by those who see no red and green, too.
const COLOURS = ['#0072b2', '#d55e00', '#009e73'];

/** A line chart as SVG, readable on a light and on a dark page. */
export function drawPlot({ title, x, y, logarithmic = false, series }: Plot): string {
  const all = series.flatMap(({ points }) => points);
  const xs = all.map(([value]) => value);
  const [least, most] = [Math.min(...xs), Math.max(...xs)];
  const top = niceCeiling(Math.max(...all.map(([, value]) => value)));
  const of = logarithmic ? Math.log10 : (value: number): number => value;
  const atX = (value: number): string =>
    (LEFT + ((of(value) - of(least)) / (of(most) - of(least))) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const atY = (value: number): string => (HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const places = apart(series.map(({ points }) => Number(atY(points.at(-1)?.[1] ?? 0))));
  const marks = [...new Set(xs)].sort((a, b) => a - b);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    '<style>text{font:13px sans-serif;fill:#777}.title{font-size:15px;font-weight:bold}</style>',
    `<text class="title" x="${LEFT}" y="22">${title}</text>`,
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      `<path d="M${LEFT} ${atY(share * top)}H${WIDTH - RIGHT}" stroke="#999" stroke-opacity="0.35"/>`,
      `<text x="${LEFT - 8}" y="${atY(share * top)}" text-anchor="end" dy="4">${label(share * top)}</text>`,
    ]),
    ...marks.map(
      (value) => `<text x="${atX(value)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label(value)}</text>`,
    ),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${x}</text>`,
    `<text text-anchor="middle" transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)">${y}</text>`,
    ...series.flatMap(({ name, points }, index) => {
      const colour = COLOURS[index % COLOURS.length];
      const line = points.map(([px, py]) => `${atX(px)},${atY(py)}`).join(' ');
      const lastX = points.at(-1)?.[0] ?? least;
      return [
        `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2.5"/>`,
        `<text x="${atX(lastX)}" y="${places[index]?.toFixed(1)}" dx="8" dy="4" style="fill:${colour}">${name}</text>`,
      ];
    }),
    '</svg>',
    '',
  ].join('\n');
}

const LINE = 16;

/** Heights of labels, from the top: each as given, or so far above the one below it that both can be read. */
export function apart(heights: readonly number[]): readonly number[] {
  const placed = new Map<number, number>();
  let lowest = Number.POSITIVE_INFINITY;
  const fromBelow = heights.map((height, index) => ({ height, index })).sort((a, b) => b.height - a.height);
  for (const { height, index } of fromBelow) {
    lowest = Math.min(height, lowest - LINE);
    placed.set(index, lowest);
  }
  return heights.map((height, index) => placed.get(index) ?? height);
}

/** The next of 1, 2, 4, 6, 8 or 10 times a power of ten. */
export function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 6, 8].find((step) => step * power >= value) ?? 10);
}

const label = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en');
