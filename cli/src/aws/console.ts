import { GetConsoleOutputCommand, type EC2Client } from '@aws-sdk/client-ec2';

/** Undefined: EC2 has none, not yet or not any more. */
export async function readConsole(client: Pick<EC2Client, 'send'>, instanceId: string): Promise<string | undefined> {
  try {
    const { Output } = await client.send(new GetConsoleOutputCommand({ InstanceId: instanceId }));
    return Output === undefined || Output === '' ? undefined : Buffer.from(Output, 'base64').toString('utf8');
  } catch (error) {
    if (error instanceof Error && error.name === 'InvalidInstanceID.NotFound') return undefined;
    throw error;
  }
}
