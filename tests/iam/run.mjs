// All tests on a plan by the real provider: policies, submodules, user data. Ends with `N passed, N failed`.
import { run } from 'node:test';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const all = join(dirname(fileURLToPath(import.meta.url)), '..', 'terraform', 'all.test.mjs');
const counted = { passed: 0, failed: 0 };
const isTest = ({ details, name }) => details?.type !== 'suite' && name !== all;

/** If a plan fails, all its tests fail; the error is printed once, by the suite whose hook failed. */
function tell({ name, details: { error } }) {
  if (['cancelledByParent', 'subtestsFailed'].includes(error.failureType)) return;
  console.log(`FAIL ${name}\n     ${error.cause?.message ?? error.message}`);
}

run({ files: [all], concurrency: false })
  .on('test:pass', (event) => {
    if (isTest(event)) counted.passed += 1;
  })
  .on('test:fail', (event) => {
    tell(event);
    if (isTest(event)) counted.failed += 1;
  })
  .on('end', () => {
    console.log(`${counted.passed} passed, ${counted.failed} failed`);
    process.exitCode = counted.failed > 0 || counted.passed === 0 ? 1 : 0;
  })
  .resume();
