import type { Answer, Row, Value } from '../answer';
import { usage } from '../problem';
import { PLAIN, paintState, type Paint } from './colours';

export const FORMATS = ['table', 'json', 'csv', 'focus'] as const;
export type Format = (typeof FORMATS)[number];

/** A terminal gets a table, a pipe JSON, unless `--output` says otherwise. */
export function decideFormat(asked: Format | 'auto', isTerminal: boolean): Format {
  if (asked !== 'auto') return asked;
  return isTerminal ? 'table' : 'json';
}

/** The answer as text that ends with a line break. Pure. */
export function render(answer: Answer, format: Format, paint: Paint = PLAIN): string {
  if (format === 'focus') return renderFocus(answer);
  if (answer.kind === 'rows') return renderRows(answer, format, paint);
  if (answer.kind === 'text') return renderText(answer, format);
  if (format === 'json') return `${JSON.stringify(withSentence(answer), null, 2)}\n`;
  if (format === 'csv') return csv(Object.keys(answer.fields), [answer.fields]);
  const names = Object.keys(answer.fields).filter((name) => isThere(answer.fields[name]));
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = names.map((name) => `${name.padEnd(width)}  ${textOf(answer.fields[name])}`);
  const said = answer.sentence === undefined ? [] : [paint('heading', printable(answer.sentence))];
  return [...said, ...lines, ''].join('\n');
}

function renderText({ text, fields }: Extract<Answer, { kind: 'text' }>, format: Format): string {
  if (format === 'json') return `${JSON.stringify(fields, null, 2)}\n`;
  if (format === 'csv') return csv(Object.keys(fields), [fields]);
  return `${text.split(/\r*\n/).map(printable).join('\n').trimEnd()}\n`;
}

/** A CSV too, of what is charged; nothing else is. */
function renderFocus(answer: Answer): string {
  if (answer.kind === 'rows' && answer.isFocus === true) return csv(answer.columns, answer.rows);
  throw usage('--output focus is for "mtr usage"; others are table, json and csv.');
}

function renderRows(answer: Extract<Answer, { kind: 'rows' }>, format: Format, paint: Paint): string {
  const { columns, rows, cursor, none } = answer;
  if (format === 'json')
    return `${JSON.stringify({ rows, ...(cursor !== undefined && { next_page_token: cursor }) }, null, 2)}\n`;
  if (format === 'csv') return csv(columns, rows);
  if (rows.length === 0) return `${none}\n`;
  const cells = [
    columns.map((name) => name.toUpperCase()),
    ...rows.map((row) => columns.map((one) => textOf(row[one]))),
  ];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line, index) => {
    const last = line.length - 1;
    const padded = line.map((cell, at) => (at === last ? cell : cell.padEnd(widths[at] ?? 0)));
    if (index === 0) return paint('heading', padded.join('  ').trimEnd());
    return padded
      .map((cell, at) => (columns[at] === 'state' ? paintState(paint, line[at] ?? '', cell) : cell))
      .join('  ')
      .trimEnd();
  });
  return [...lines, ...(cursor === undefined ? [] : [`more: --page-token ${cursor}`]), ''].join('\n');
}

function withSentence({ fields, sentence }: Extract<Answer, { kind: 'fields' }>): Row {
  return { ...(sentence !== undefined && { sentence }), ...fields };
}

/** RFC 4180. A cell that a spreadsheet would run as a formula is kept a text. */
function csv(columns: readonly string[], rows: readonly Row[]): string {
  const cell = (value: Value | undefined): string => {
    const text = textOf(value);
    const harmless = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  };
  return [columns, ...rows.map((row) => columns.map((name) => cell(row[name])))]
    .map((line) => `${line.join(',')}\r\n`)
    .join('');
}

function textOf(value: Value | undefined): string {
  if (!isThere(value)) return '';
  return printable(Array.isArray(value) ? value.join(', ') : String(value));
}

/** Names come from tenants: no escape sequence of theirs reaches a terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�');
}

function isThere(value: Value | undefined): value is Value {
  return value !== undefined && value !== null;
}
