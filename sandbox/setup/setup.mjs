import { SetupError } from './command.mjs';
import { ensureBundles } from './bundles.mjs';
import { ensureNodePackages } from './node-packages.mjs';
import { ensurePython } from './python.mjs';
import { ensureRuntimes } from './runtimes.mjs';
import { findProviderSource, findTerraform } from './provider-mirror.mjs';

/** Everything that the sandbox needs, from a bare clone. Says all that can't be had, not only the first. */
export async function ensureSandbox({ root, log = () => {} }) {
  await ensureNodePackages({ root, log });
  const problems = [];
  const attempt = async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const [, , , , source] = await Promise.all([
    attempt(() => ensurePython({ root, log })),
    attempt(() => ensureBundles({ root, log })),
    attempt(() => ensureRuntimes({ root, log })),
    attempt(() => findTerraform()),
    attempt(() => findProviderSource()),
  ]);
  if (problems.length > 0) throw new SetupError(problems.join('\n'));
  return { source };
}
