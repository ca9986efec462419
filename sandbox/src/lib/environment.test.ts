import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shellEnvironment } from './environment';

it('leads either version of the AWS CLI to the sandbox, whatever the shell was set up for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shell-'));
  try {
    const aws = join(folder, 'aws');
    writeFileSync(
      aws,
      '#!/bin/sh\necho "$@ / $AWS_ENDPOINT_URL $AWS_DEFAULT_REGION $AWS_ACCESS_KEY_ID ' +
        '$AWS_SECRET_ACCESS_KEY ${AWS_PROFILE:-none} ${AWS_SESSION_TOKEN:-none}"\n',
    );
    chmodSync(aws, 0o755);
    const lines = shellEnvironment({
      endpoint_url: 'http://127.0.0.1:1',
      region: 'us-east-1',
      access_key_id: 'KEY',
      secret_access_key: 'SECRET',
    });
    const env = { PATH: `${folder}:/usr/bin:/bin`, AWS_PROFILE: 'production', AWS_SESSION_TOKEN: 'of another account' };
    const shown = execFileSync('bash', ['-euc', `eval "$LINES_OF_THE_SANDBOX"; aws sqs list-queues`], {
      env: { ...env, LINES_OF_THE_SANDBOX: lines },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(shown).toBe(
      '--endpoint-url http://127.0.0.1:1 sqs list-queues / http://127.0.0.1:1 us-east-1 KEY SECRET none none\n',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
