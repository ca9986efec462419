import { claimSecretOf, machineUrlOf } from './machine-address';

const USER_DATA = `#!/bin/bash
machine_url='https://abc123.execute-api.us-east-1.amazonaws.com/machine' claim_secret='of-this_launch'
eval "$script"
`;

test('the machine API is where the emulator answers for it', () => {
  expect(machineUrlOf(USER_DATA, 'http://127.0.0.1:4566')).toBe(
    'http://127.0.0.1:4566/_aws/execute-api/abc123/machine',
  );
  expect(claimSecretOf(USER_DATA)).toBe('of-this_launch');
});

test('user data without an address or a secret has none', () => {
  expect(machineUrlOf('#!/bin/bash\n', 'http://127.0.0.1:4566')).toBeUndefined();
  expect(claimSecretOf('#!/bin/bash\n')).toBeUndefined();
});
