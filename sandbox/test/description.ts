import { readFileSync } from 'node:fs';
import Ajv, { type ValidateFunction } from 'ajv';
import { object, type Json } from '../src/lib/json';

/** GitHub's own description of its API: each of our answers and webhooks has to fit it. */
const description =
  object(JSON.parse(readFileSync(require.resolve('@octokit/openapi/generated/api.github.com.json'), 'utf8'))) ?? {};
const ajv = new Ajv({ strict: false, validateFormats: false, logger: false, allErrors: true });
ajv.addSchema({ $id: 'github', components: asJsonSchema(description['components']) });

/** OpenAPI 3.0 writes `nullable` where JSON Schema has a type `null`. */
function asJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonSchema);
  const schema = object(value);
  if (schema === undefined) return value;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([key, part]) => [
      key,
      key === '$ref' ? String(part).replace('#/', 'github#/') : asJsonSchema(part),
    ]),
  );
  return nullable === true ? { anyOf: [{ type: 'null' }, withNull(rest)] } : rest;
}

function withNull(schema: Json): Json {
  return Array.isArray(schema['enum']) ? { ...schema, enum: [...schema['enum'], null] } : schema;
}

export function at(from: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => object(value)?.[key], from);
}

export function compile(schema: unknown): ValidateFunction {
  const found = object(asJsonSchema(schema));
  if (found === undefined) throw new Error('GitHub describes no such answer');
  return ajv.compile(found);
}

export function expectToFit(check: ValidateFunction, value: unknown): void {
  check(value);
  expect(check.errors ?? []).toEqual([]);
}

export function answerSchema(route: string, status: number): unknown {
  // The list's own entry wants an account to be a user and an enterprise at once, which none is; that of one
  // installation is right.
  if (route === 'GET /app/installations')
    return { type: 'array', items: at(description, 'components', 'schemas', 'installation') };
  const [method = '', path = ''] = route.split(' ');
  const answer = object(at(description, 'paths', path, method.toLowerCase(), 'responses', String(status))) ?? {};
  const name =
    String(answer['$ref'] ?? '')
      .split('/')
      .at(-1) ?? '';
  const whole = name === '' ? answer : at(description, 'components', 'responses', name);
  return at(whole, 'content', 'application/json', 'schema');
}

export function webhookSchema(name: string): unknown {
  const body = ['post', 'requestBody', 'content', 'application/json', 'schema'];
  return at(description, 'webhooks', name, ...body) ?? at(description, 'x-webhooks', name, ...body);
}
