import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { object, text } from '../../../lib/json';
import { readRecord, type SandboxFile, type SandboxPaths } from '../../../lib/state';
import type { ChaosContext } from '../chaos-context';
import { compareUsage, describeGrant, type Use } from './compare';
import { EXCEPTIONS } from './exceptions';
import { grantsOfState } from './policies';

/** Policies against calls: nothing was refused that the code needs, and nothing is given that it doesn't. */
export async function inspectUsage(context: ChaosContext, { prefix }: SandboxFile, paths: SandboxPaths): Promise<void> {
  const state: unknown = JSON.parse(readFileSync(join(paths.terraform, 'terraform.tfstate'), 'utf8'));
  const uses = await readUses(paths, prefix);
  const { used, excused, unused, denied, idle } = compareUsage(grantsOfState(state, prefix), uses, EXCEPTIONS);
  context.checks.check(
    'no call of the whole run was refused for want of a right',
    denied.length === 0 && uses.length > 0,
    denied.slice(0, 5).map(describeGrant).join('; '),
  );
  context.checks.check(
    `every right was used (${used}) or has a reason (${excused.length})`,
    unused.length === 0 && used > 0,
    unused.map(describeGrant).join('; '),
  );
  context.checks.check(
    'every reason belongs to a right',
    idle.length === 0,
    idle.map((one) => `${one.role}: ${one.actions.join(', ')}`).join('; '),
  );
}

async function readUses(paths: SandboxPaths, prefix: string): Promise<readonly Use[]> {
  const launcher = readRecord(paths)?.launcher;
  if (launcher === undefined) throw new Error(`${paths.recordFile} names no launcher.`);
  const answer = await fetch(`${launcher.url}/_sandbox/uses`, { headers: { 'x-sandbox-token': launcher.token } });
  const listed: unknown = await answer.json();
  if (!Array.isArray(listed)) throw new Error('The launcher did not list what IAM judged.');
  return listed.map((one) => {
    const use = object(one) ?? {};
    return {
      role: (text(use['principal']) ?? '').replace(`${prefix}-`, ''),
      action: text(use['action']) ?? '',
      resource: text(use['resource']) ?? '',
      allowed: use['allowed'] === true,
    };
  });
}
