/** https://no-color.org */
export type Paint = (kind: 'heading' | 'good' | 'odd' | 'bad', text: string) => string;

const CODES = { heading: 1, good: 32, odd: 33, bad: 31 } as const;
const STATES: Readonly<Record<string, keyof typeof CODES>> = {
  ok: 'good',
  active: 'good',
  running: 'good',
  serving: 'good',
  warning: 'odd',
  unknown: 'odd',
  parked: 'odd',
  suspended: 'odd',
  failing: 'bad',
  failed: 'bad',
  refused: 'bad',
};

export const PLAIN: Paint = (_kind, text) => text;
export const COLOURED: Paint = (kind, text) => `\u001b[${CODES[kind]}m${text}\u001b[0m`;

/** A state stands out; `padded` is what is printed of it. */
export function paintState(paint: Paint, state: string, padded: string): string {
  const kind = STATES[state];
  return kind === undefined ? padded : paint(kind, padded);
}
