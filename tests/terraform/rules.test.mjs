// Which rule rejects what, by its whole sentence: `expect_failures` would pass whichever rule of a variable rejected.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  rejectionsOfApps,
  rejectionsOfInputs,
  rejectionsOfModule,
  rejectionsOfNamespace,
  rejectionsOfTenantApp,
} from './rules/harness.mjs';
import * as module from './rules/module.mjs';
import * as namespace from './rules/namespace.mjs';
import * as apps from './rules/apps.mjs';
import * as options from './rules/options.mjs';
import * as platform from './rules/platform.mjs';
import * as required from './rules/required.mjs';
import * as tenantApp from './rules/tenant-app.mjs';
import * as tiers from './rules/tiers.mjs';

const PARTS = [
  ['required inputs', required, rejectionsOfInputs],
  ['sizes of runners', tiers, rejectionsOfInputs],
  ['optional settings', options, rejectionsOfInputs],
  ['settings of a platform team', platform, rejectionsOfInputs],
  ['the whole module', module, rejectionsOfModule],
  ['the namespace of a tenant', namespace, rejectionsOfNamespace],
  ['the app of a tenant', tenantApp, rejectionsOfTenantApp],
  ['the app plane', apps, rejectionsOfApps],
];

/** How long the boot script is changes with every word of it. */
const withoutSize = (sentence) => sentence.replace(/has \d{5} bytes/, 'has … bytes');

for (const [part, { REJECTED, ACCEPTED }, rejectionsOf] of PARTS) {
  describe(`the rules over ${part}`, () => {
    const rejected = REJECTED.flatMap(([rule, cases]) =>
      cases.map(([what, inputs, invalid, where]) => [what, inputs, where, [invalid ? `${rule} ${invalid}` : rule]]),
    );
    const cases = [...rejected, ...ACCEPTED.map(([what, inputs, where]) => [what, inputs, where, []])];
    let found;
    before(async () => {
      found = await rejectionsOf(cases);
    });

    cases.forEach(([what, , , sentences], index) => {
      it(`${sentences.length > 0 ? 'reject' : 'accept'} ${what}`, () =>
        assert.deepEqual(found[index].map(withoutSize), sentences));
    });
  });
}
