import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimSecretOf } from '../../../lib/machine-address';
import type { SandboxFile, SandboxPaths } from '../../../lib/state';
import type { Launcher } from '../../../machines/launcher';
import type { ChaosContext } from '../chaos-context';
import { object, text } from '../../../lib/json';
import { placesOf } from './places';
import { searchSecrets, type Secret } from './search';

/** The secrets of a run are nowhere but where they belong: in the parameters of the App and of the page's links. */
export async function inspectSecrets(
  context: ChaosContext,
  sandbox: SandboxFile,
  paths: SandboxPaths,
  launcher: Launcher,
): Promise<void> {
  const key = readFileSync(join(paths.config, 'app-key.pem'), 'utf8');
  const claimSecrets = (await launcher.machines()).map((one) => claimSecretOf(one.userData));
  const secrets: readonly Secret[] = [
    { name: 'the App’s private key', value: key },
    { name: 'the App’s private key in base64', value: Buffer.from(key).toString('base64') },
    { name: 'the webhook secret', value: sandbox.webhook_secret },
    { name: 'the key of links to the page', value: linkKeyOf(paths) },
    ...claimSecrets.filter((value) => value !== undefined).map((value) => ({ name: 'a secret for a claim', value })),
  ];
  const places = await placesOf(sandbox, paths, await context.account.logLines());
  const findings = searchSecrets(secrets, places);
  const found = findings.map((one) => `${one.secret} in ${one.place} at ${one.offset}`);
  const size = places.reduce((sum, place) => sum + place.text.length, 0);
  context.checks.check(
    `no key, secret, token or runner configuration in ${places.length} places (${(size / 1e6).toFixed(1)} ` +
      'MB): logs, tables, queues, state, answers',
    findings.length === 0,
    found.slice(0, 5).join('; '),
  );
  // A search that looked at nothing finds nothing.
  const empty = places
    .filter((place) => /logs|table /.test(place.name) && place.text.length === 0)
    .map((place) => place.name);
  context.checks.check(
    'the search for secrets had logs and rows to look at',
    empty.length === 0 && places.length > 10,
    empty.join(', '),
  );
}

/** As the module was given it; a search for nothing would find nothing. */
function linkKeyOf(paths: SandboxPaths): string {
  const inputs: unknown = JSON.parse(readFileSync(join(paths.config, 'terraform-inputs.json'), 'utf8'));
  const key = text(object(inputs)?.['link_key']) ?? '';
  if (key.length < 32) throw new Error('The inputs of the module have no key of links.');
  return key;
}
