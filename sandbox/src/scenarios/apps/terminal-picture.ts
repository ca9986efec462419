export interface Command {
  readonly line: string;
  /** What it printed. */
  readonly out: string;
}

const [LINE, LETTER, EDGE] = [18, 7.9, 16];

/** A terminal as SVG, readable on a light page and on a dark one. */
export function terminalPicture(commands: readonly Command[]): string {
  const lines = commands.flatMap(({ line, out }, index) => [
    ...(index > 0 ? [''] : []),
    `$ ${line}`,
    ...out.trimEnd().split('\n'),
  ]);
  const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * LETTER + 2 * EDGE);
  const height = lines.length * LINE + 2 * EDGE;
  const texts = lines.map((line, index) => {
    const asked = line.startsWith('$ ') ? ' class="asked"' : '';
    return `<text x="${EDGE}" y="${EDGE + (index + 0.75) * LINE}"${asked}>${escaped(line)}</text>`;
  });
  const box = `viewBox="0 0 ${width} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${box} role="img" aria-label="${label(commands)}">`,
    '<style>text{font:13px ui-monospace,monospace;fill:#ddd;white-space:pre}.asked{fill:#8d8;font-weight:bold}</style>',
    `<rect width="${width}" height="${height}" rx="8" fill="#1d2126"/>`,
    ...texts,
    '</svg>',
    '',
  ].join('\n');
}

const label = (commands: readonly Command[]): string =>
  escaped(`What ${commands.map(({ line }) => line).join(' and ')} print`);

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
