import { marked, tableRows } from './documents';

/** Prices and counts with `×`, `+` and parentheses, as the page writes them. */
function calculate(arithmetic: string): number {
  const [first = '', ...others] = splitOutside(arithmetic, '+');
  if (others.length > 0) return [first, ...others].reduce((sum, part) => sum + calculate(part), 0);
  const factors = splitOutside(arithmetic, '×');
  if (factors.length > 1) return factors.reduce((product, factor) => product * calculate(factor), 1);
  const [, inner] = /^\((.*)\)$/.exec(arithmetic.trim()) ?? [];
  return inner === undefined ? Number(arithmetic.replaceAll(',', '')) : calculate(inner);
}

function splitOutside(text: string, sign: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    depth += Number(character === '(') - Number(character === ')');
    if (character === sign && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

describe.each(['app-month', 'pushed-app-month'])("docs/cost.md: an app's month, %s", (table) => {
  test.each(tableRows(marked('docs/cost.md', table)))('%s', (_, arithmetic = '', dollars) => {
    expect(calculate(arithmetic).toFixed(2)).toBe(dollars);
  });
});
