import { toJsonSchema } from '@valibot/to-json-schema';
import { EVENT_TYPES, schemaOf, type EventType } from '../src/catalogue';

type Json = Readonly<Record<string, unknown>>;

/** One JSON schema of every event, each type in `$defs`, from the schemas that the tests hold events to. Pure. */
export function buildDocument(): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Events of multi-tenant-runner',
    description: 'The detail of each event on the bus, and the body of each callback.',
    oneOf: EVENT_TYPES.map((type) => ({ $ref: `#/$defs/${type}` })),
    $defs: Object.fromEntries(EVENT_TYPES.map((type) => [type, define(type)])),
  };
}

function define(type: EventType): Json {
  const { $schema: _dialect, ...schema } = toJsonSchema(schemaOf(type), { target: 'draft-2020-12' });
  return schema;
}
