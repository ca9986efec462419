import { terminalPicture } from './terminal-picture';

it('shows each command with what it printed, and is as large as that', () => {
  const picture = terminalPicture([
    { line: 'mtr apps why shop', out: 'It runs.\n' },
    { line: 'mtr apps show shop', out: 'a < b & "c"\nd\n' },
  ]);
  const lines = [...picture.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  expect(lines).toEqual([
    '$ mtr apps why shop',
    'It runs.',
    '',
    '$ mtr apps show shop',
    'a &lt; b &amp; &quot;c&quot;',
    'd',
  ]);
  expect(picture).toContain('viewBox="0 0 190 140"');
  expect(picture).toContain('aria-label="What mtr apps why shop and mtr apps show shop print"');
});
