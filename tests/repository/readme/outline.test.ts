import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from './documents';

const [byHand = ''] = read('README.md').split('<!-- BEGIN_TF_DOCS -->');

test('the README has the headings that users know, in their order', () => {
  const headings = [...byHand.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  const known = ['Overview', 'Components', 'Lambda Functions', 'Usage', 'Upgrading Tenant Tiers', 'Monitoring'];
  expect(headings.slice(0, known.length)).toEqual(known);
});

test('the README has at most 250 lines besides the generated tables', () => {
  expect(byHand.trimEnd().split('\n').length).toBeLessThanOrEqual(250);
});

test('the README links every document', () => {
  const linked = [...byHand.matchAll(/\]\(docs\/([a-z]+\.md)[^)]*\)/g)].map(([, name]) => name);
  const documents = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  expect(linked).toEqual(expect.arrayContaining(documents));
});

test('the README says of each file of the module what it has, but of its inputs, outputs and versions', () => {
  const [, components = ''] = byHand.split(/^## (?=Components|Lambda Functions)/m);
  const files = readdirSync(root).filter((name) => /\.tf$/.test(name) && !/^(variables|outputs|versions)/.test(name));
  const linked = [...components.matchAll(/\]\(([\w.-]+\.tf)\)/g)].map(([, name]) => name);
  expect(linked.sort()).toEqual(files.sort());
});
