// Runs one check of scripts/checks.mjs; scripts/test.mjs starts it. Its output is the check's, its result a message to
// the process that started it.
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { SetupError } from '../sandbox/setup/command.mjs';
import { checks } from './checks.mjs';

const check = checks.find(({ name }) => name === process.argv[2]);
// What waits for others to act gets the processor as soon as it wants it: its peers have limits of their own.
if (check.lane !== 'waiting') setPriority(process.pid, constants.priority.PRIORITY_BELOW_NORMAL);
const result = await outcome(check.run);
process.send({ ...result, cpu: cpuSeconds() }, () => process.disconnect());

async function outcome(run) {
  try {
    return (await run()) ?? { passed: 1, failed: 0 };
  } catch (error) {
    if (error.missingTool && process.env.CI !== 'true') {
      console.log(`\n!!! NOT TESTED: ${error.message}\n`);
      return { passed: 0, failed: 0, skipped: 1 };
    }
    console.error(error instanceof SetupError || error.expected ? error.message : error);
    return { passed: 0, failed: 1 };
  }
}

/** Of this process and of all that it waited for; only Linux tells, in hundredths: `man 5 proc`, utime to cstime. */
function cpuSeconds() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  } catch {
    return undefined;
  }
}
