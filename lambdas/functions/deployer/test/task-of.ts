import type { DeployerHarness } from './deployer-harness';

/** What a task definition has: its image, its role, and where the values of its variables are. */
export function taskOf({ aws }: DeployerHarness, arn = '') {
  const { image = '', asked = {} } = aws.ecs.tasks.get(arn) ?? {};
  const [container] = (asked['containerDefinitions'] ?? []) as { secrets: { name: string; valueFrom: string }[] }[];
  const secrets = (container?.secrets ?? []).map(({ name, valueFrom }) => [name, valueFrom]);
  return { image, role: asked['executionRoleArn'], secrets: Object.fromEntries(secrets) as Record<string, string> };
}
