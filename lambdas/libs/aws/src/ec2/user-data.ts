import { DescribeLaunchTemplateVersionsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { Intent, NotStarted, UserData } from '@multi-tenant-runner/core';
import { parseAwsError } from '../aws-error';
import { decideLaunchError } from './decide-launch-error';
import { retrying, type Sleep } from './retrying';

type Template = Pick<Intent, 'launchTemplateId' | 'launchTemplateVersion'>;

/** The launch template can't start a machine that could claim its configuration; only an operator can mend it. */
export class UnusableTemplate extends Error {
  override readonly name = 'UnusableTemplate';
}

const OPEN = { machineUrl: '{{ghr_machine_url}}', claimSecret: '{{ghr_claim}}' } as const;

/**
 * The user data of one machine, in base64: its launch template's, with what that leaves open. A version of a template
 * never changes and belongs to no tenant, so each is read once.
 *
 * @throws UnusableTemplate
 */
export function createUserDataBuilder({
  client,
  sleep,
}: {
  readonly client: Pick<EC2Client, 'send'>;
  readonly sleep: Sleep;
}): (template: Template, values: UserData) => Promise<string> {
  const known = new Map<string, string>();
  return async (template, values) => {
    const key = `${template.launchTemplateId}/${template.launchTemplateVersion}`;
    const text = known.get(key) ?? (await retrying(sleep, () => readText(client, template)));
    known.set(key, text);
    return Buffer.from(fill(text, values, template)).toString('base64');
  };
}

/** EC2 was not asked for a machine, by this call. */
export function decideTemplateError(error: unknown): NotStarted {
  if (!(error instanceof UnusableTemplate)) return decideLaunchError(parseAwsError(error));
  return { kind: 'impossible', code: error.name, message: error.message };
}

async function readText(
  client: Pick<EC2Client, 'send'>,
  { launchTemplateId, launchTemplateVersion }: Template,
): Promise<string> {
  const answer = await client.send(
    new DescribeLaunchTemplateVersionsCommand({
      LaunchTemplateId: launchTemplateId,
      Versions: [launchTemplateVersion],
    }),
  );
  const encoded = answer.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.UserData ?? '';
  return Buffer.from(encoded, 'base64').toString('utf8');
}

function fill(text: string, values: UserData, { launchTemplateId, launchTemplateVersion }: Template): string {
  const missing = Object.values(OPEN).filter((placeholder) => !text.includes(placeholder));
  if (missing.length > 0)
    throw new UnusableTemplate(
      `The user data of ${launchTemplateId}, version ${launchTemplateVersion}, has no ${missing.join(' and no ')}: ` +
        'a machine could not ask for its configuration. Use the launch templates that the module makes.',
    );
  return text.replaceAll(OPEN.machineUrl, values.machineUrl).replaceAll(OPEN.claimSecret, values.claimSecret);
}
