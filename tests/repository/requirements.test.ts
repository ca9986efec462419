import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocks, marked, read, root, tableRows } from './readme/documents';

const rows = tableRows(marked('docs/kubernetes.md', 'requirements'));

test('what is asked of a platform in Kubernetes is shown by files that exist', () => {
  const files = rows.map((cells) => String(cells.at(-1)).replaceAll('`', ''));
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test.each(['docs/failures.md', 'docs/decisions.md'])('each section of %s has a drill', (document) => {
  const [, ...sections] = read(document).split(/^## /m);
  expect(sections.length).toBeGreaterThan(3);
  for (const section of sections) expect(codeBlocks(section, 'bash')).toHaveLength(1);
});
