import type { Answer } from '../../lib/http';

/**
 * The answer that a CGI program printed: headers, an empty line, bytes.
 * https://www.rfc-editor.org/rfc/rfc3875#section-6
 */
export function answerOf(printed: Buffer): Answer {
  const end = printed.indexOf('\r\n\r\n');
  if (end < 0) return { status: 500, body: { message: 'The program printed no headers.' } };
  const lines = printed.subarray(0, end).toString().split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const { status = '200', ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: printed.subarray(end + 4) };
}
