import { upgradeCommand } from '@multi-tenant-runner/sandbox/scenarios/demo/upgrade';
import { codeBlocks, read } from './documents';

test("the README's upgrade command is the one that the sandbox's demo runs", () => {
  const commands = codeBlocks(read('README.md'), 'bash').map((block) => block.trim());
  expect(commands).toContain(upgradeCommand('my-saas-tenants', 12345678));
});
