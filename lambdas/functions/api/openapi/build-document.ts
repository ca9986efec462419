import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { TENANT_ROLES, type Role } from '../src/access/caller';
import { PERMISSIONS, isPublic } from '../src/access/permissions';
import { PROBLEMS } from '../src/http/problem';
import { problem } from '../src/http/schemas';
import type { Operation } from '../src/operations/operation';
import { OPERATIONS } from '../src/operations/index';

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the API, from the schemas that the function itself checks with. Pure. */
export function buildDocument(): Json {
  const paths = new Map<string, Record<string, Json>>();
  for (const operation of OPERATIONS) {
    const path = paths.get(operation.path) ?? {};
    path[operation.method.toLowerCase()] = describeOperation(operation);
    paths.set(operation.path, path);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'multi-tenant-runner',
      version: '1',
      summary: 'Operates a fleet of GitHub Actions runners for many tenants, and shows a tenant its own.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    paths: { ...Object.fromEntries(paths), '/v1/openapi.json': { get: DOCUMENT }, '/v1/page': { get: PAGE } },
    components: {
      parameters: CHANGE_HEADERS,
      schemas: { Problem: schemaOf(problem) },
      responses: {
        Problem: {
          description: `RFC 9457: ${Object.keys(PROBLEMS).join(', ')}`,
          content: { 'application/problem+json': { schema: PROBLEM } },
        },
      },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

const PROBLEM = { $ref: '#/components/schemas/Problem' };

const SECURITY_SCHEMES = {
  operator: {
    type: 'apiKey',
    name: 'Authorization',
    in: 'header',
    description: 'AWS Signature Version 4 for the service execute-api, on the API for operators',
  },
  tenant: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token of a configured issuer or of a signed link, on the API for tenants',
  },
};

const CHANGE_HEADERS = {
  Reason: {
    name: 'X-Reason',
    in: 'header',
    required: true,
    description: 'Why: kept with the change',
    schema: { type: 'string', minLength: 1, maxLength: 500 },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'A repeated request with the same key gets the first one’s answer, for a day',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The ETag that the tenant was read with',
    schema: { type: 'string' },
  },
};
const CHANGE_PARAMETERS = Object.keys(CHANGE_HEADERS).map((name) => ({ $ref: `#/components/parameters/${name}` }));

const DOCUMENT = {
  operationId: 'show-document',
  summary: 'This document.',
  security: [],
  responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } } },
};

const PAGE = {
  operationId: 'show-page',
  summary: 'The page, which shows what this API says.',
  security: [],
  responses: { 200: { description: 'HTML', content: { 'text/html': { schema: { type: 'string' } } } } },
};

function describeOperation(operation: Operation): Json {
  const { id, method, summary, params, query, body, answer } = operation;
  const open = isPublic(id);
  const roles: readonly Role[] = isPublic(id) ? [] : PERMISSIONS[id];
  const isForTenants = TENANT_ROLES.some((role) => roles.includes(role));
  return {
    operationId: id,
    summary,
    ...(!open && { description: `For ${roles.join(', ')}.` }),
    security: open ? [] : [{ operator: [] }, ...(isForTenants ? [{ tenant: [] }] : [])],
    parameters: [
      ...parametersOf(params, 'path'),
      ...(query ? parametersOf(query, 'query') : []),
      ...(method === 'GET' ? [] : CHANGE_PARAMETERS),
    ],
    ...(body && { requestBody: { content: { 'application/json': { schema: schemaOf(body) } } } }),
    responses: {
      200: { description: 'Done', content: { 'application/json': { schema: schemaOf(answer) } } },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function parametersOf(fields: v.GenericSchema, where: 'path' | 'query'): readonly Json[] {
  const { properties = {}, required = [] } = schemaOf(fields);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema,
  }));
}

function schemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, { target: 'draft-2020-12', ignoreActions: ['check'] });
  return rest;
}
