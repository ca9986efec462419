import { spawn } from 'node:child_process';
import { awsVariables } from '../../lib/environment';
import type { SandboxFile } from '../../lib/state';

/** The README's command for an upgrade, word for word, with this sandbox's table and this tenant's id. */
export function upgradeCommand(table: string, installationId: number): string {
  return `aws dynamodb update-item --table-name ${table} \\
  --key '{"installation_id": {"N": "${installationId}"}}' \\
  --update-expression "SET tier = :tier, max_runners = :max, updated_at = :now" \\
  --expression-attribute-values '{":tier":{"S":"medium"},":max":{"N":"5"},":now":{"S":"2024-01-15T12:00:00Z"}}'`;
}

/** Runs it with the AWS CLI, as an administrator of the sandbox would. */
export function runCommand(
  command: string,
  { aws }: SandboxFile,
  where: { path: string; signal: AbortSignal },
): Promise<void> {
  const child = spawn('bash', ['-c', command], {
    signal: where.signal,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: where.path,
      HOME: '/nonexistent',
      LANG: 'C.UTF-8',
      ...awsVariables(aws),
    },
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve();
      reject(
        new Error(
          `The upgrade command ended with ${code ?? 'a signal'}: ` +
            `${Buffer.concat(errors).toString().trim().slice(-500)}`,
        ),
      );
    });
  });
}
