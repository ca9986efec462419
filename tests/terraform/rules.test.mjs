// Which rule rejects what, by its whole sentence: `expect_failures` would pass whichever rule of a variable rejected.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { rejectionsOfInputs, rejectionsOfModule } from './rules/harness.mjs';
import * as module from './rules/module.mjs';
import * as options from './rules/options.mjs';
import * as required from './rules/required.mjs';
import * as tiers from './rules/tiers.mjs';

const PARTS = [
  ['required inputs', required, rejectionsOfInputs],
  ['sizes of runners', tiers, rejectionsOfInputs],
  ['optional settings', options, rejectionsOfInputs],
  ['the whole module', module, rejectionsOfModule],
];

for (const [part, { REJECTED, ACCEPTED }, rejectionsOf] of PARTS) {
  describe(`the rules over ${part}`, () => {
    let found;
    before(async () => {
      const accepted = ACCEPTED.map(([what, inputs, where]) => [what, inputs, where]);
      found = await rejectionsOf([...REJECTED.map(([what, inputs, , where]) => [what, inputs, where]), ...accepted]);
    });

    REJECTED.forEach(([what, , sentence], index) => {
      it(`reject ${what}`, () => assert.deepEqual(found[index], [sentence]));
    });
    ACCEPTED.forEach(([what], index) => {
      it(`accept ${what}`, () => assert.deepEqual(found[REJECTED.length + index], []));
    });
  });
}
