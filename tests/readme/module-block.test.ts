import { codeBlocks, read } from './documents';

/** Every line of the module block but its source: an example names the folder above, a user a release. */
function moduleBlock(text: string): string[] {
  const [block] = /^module "multi_tenant_runners" \{[\s\S]*?^\}/m.exec(text) ?? [];
  if (block === undefined) throw new Error('There is no module block');
  return block
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trimEnd())
    .filter((line) => line.trim() !== '' && !/^\s*(source\s*=|#)/.test(line));
}

test("the README's module block is the one of examples/basic", () => {
  expect(moduleBlock(codeBlocks(read('README.md'), 'hcl').join('\n'))).toEqual(moduleBlock(read('examples/basic/main.tf')));
});
