import { object, parse, text } from '../../../lib/json';
import type { Grant } from './compare';

/** What the roles' own policies give, as Terraform rendered and applied them; the roles' common prefix is left out. */
export function grantsOfState(state: unknown, prefix: string): readonly Grant[] {
  return resourcesOf(state, 'aws_iam_role_policy').flatMap((attributes) => {
    const role = (text(attributes['role']) ?? '').replace(`${prefix}-`, '');
    const document = object(parse(text(attributes['policy']) ?? ''));
    return listOf(document?.['Statement']).flatMap((statement) => grantsOf(role, object(statement) ?? {}));
  });
}

function grantsOf(role: string, statement: Readonly<Record<string, unknown>>): readonly Grant[] {
  if (statement['Effect'] !== 'Allow') return [];
  const actions = listOf(statement['Action']).map(String);
  const resources = listOf(statement['Resource']).map(String);
  return actions.flatMap((action) => resources.map((resource) => ({ role, action, resource })));
}

function resourcesOf(state: unknown, type: string): readonly Readonly<Record<string, unknown>>[] {
  return listOf(object(state)?.['resources'])
    .map((one) => object(one) ?? {})
    .filter((one) => one['type'] === type && one['mode'] === 'managed')
    .flatMap((one) => listOf(one['instances']).map((instance) => object(object(instance)?.['attributes']) ?? {}));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
