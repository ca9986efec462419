import type { SandboxFile } from './state';

/**
 * Lines for a shell that is to use the AWS CLI on the sandbox as on an account. Version 1 of the CLI takes the endpoint
 * from the environment for every service but SQS, hence the function: https://github.com/aws/aws-cli/issues/8737
 */
export function shellEnvironment(aws: SandboxFile['aws']): string {
  const variables = awsVariables(aws);
  return [
    ...Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`),
    'unset AWS_PROFILE AWS_SESSION_TOKEN',
    'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }',
  ].join('\n');
}

/** What the AWS CLI needs to call the sandbox as its operator, and print without a pager. */
export function awsVariables(aws: SandboxFile['aws']): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: aws.endpoint_url,
    AWS_DEFAULT_REGION: aws.region,
    AWS_ACCESS_KEY_ID: aws.access_key_id,
    AWS_SECRET_ACCESS_KEY: aws.secret_access_key,
    AWS_PAGER: '',
  };
}
