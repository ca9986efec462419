import { object, text } from '../../../lib/json';
import type { Place } from './search';

/**
 * The places for them: the parameters that hold the App's secrets, where the caller gave values and no references, and
 * the caller's own one of the page's links.
 */
const ITS_PLACE = /(^|\.)module\.ssm\.|^\.link_key$/;

/** Terraform's state as places to search: every resource by its address, without the values that belong there. */
export function placesOfState(state: unknown): readonly Place[] {
  const root = object(state) ?? {};
  const resources = Array.isArray(root['resources']) ? root['resources'].map(object) : [];
  const { resources: _listed, ...rest } = root;
  return [{ name: 'state, outputs', text: JSON.stringify(rest) }, ...resources.map((one) => placeOf(one ?? {}))];
}

function placeOf(resource: Readonly<Record<string, unknown>>): Place {
  const module = text(resource['module']) ?? '';
  const name = `state, ${module}.${text(resource['type']) ?? ''}.${text(resource['name']) ?? ''}`;
  const address = `${module}.${text(resource['name']) ?? ''}`;
  const belongs = ITS_PLACE.test(address) && resource['type'] === 'aws_ssm_parameter';
  return {
    name,
    text: JSON.stringify(resource, (key, value: unknown) =>
      belongs && key === 'value' && typeof value === 'string' ? '' : value,
    ),
  };
}
