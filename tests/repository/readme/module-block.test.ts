import { codeBlocks, read } from './documents';

/** What each caller has of his own: where the module is, and his network. */
const CALLERS_OWN = /^\s*(source|vpc_id|subnet_ids)\s*=/;

function moduleBlock(text: string): string[] {
  const [block] = /^module "multi_tenant_runners" \{[\s\S]*?^\}/m.exec(text) ?? [];
  if (block === undefined) throw new Error('There is no module block');
  return block
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trimEnd())
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#') && !CALLERS_OWN.test(line));
}

test("the README's module block is the one of examples/basic", () => {
  expect(moduleBlock(codeBlocks(read('README.md'), 'hcl').join('\n'))).toEqual(
    moduleBlock(read('examples/basic/main.tf')),
  );
});
