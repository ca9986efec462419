import { INSTALLATION } from '@multi-tenant-runner/testing';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDocument } from '../openapi/build-document';
import { createApiHarness, type Received } from '../test/api-harness';
import { EXAMPLES, fill } from '../test/examples';
import type { OperationId } from './access/permissions';

const file = readFileSync(join(__dirname, '../../../../docs/openapi.json'), 'utf8');

interface Documented {
  readonly operationId: OperationId;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}
const document: Document = JSON.parse(file);

const ajv = new Ajv2020({ allErrors: true, strict: true });
addFormats(ajv);

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

function expectSchema(answer: Received, schema: object): void {
  const validate = ajv.compile(schema);
  validate(answer.body);
  expect({ body: answer.body, errors: validate.errors }).toEqual({ body: answer.body, errors: null });
}

/** No field that the document does not have: what it leaves out would be shown to tenants unseen. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([name, value]) => [name, closed(value)]);
  const isObject = 'properties' in schema;
  return { ...Object.fromEntries(entries), ...(isObject && { additionalProperties: false }) };
}

test('docs/openapi.json is what the schemas say; "npm run openapi" writes it', () => {
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(buildDocument())));
});

test('/v1/openapi.json is that document', async () => {
  const { anonymous } = await createApiHarness();
  await expect(anonymous('/v1/openapi.json')).resolves.toMatchObject({ status: 200, body: document });
});

test.each(operations)('$operationId answers as documented', async ({ operationId, method, responses }) => {
  const api = await createApiHarness();
  await fill(api);
  const client = operationId === 'get-push-credentials' ? await api.job() : api.operator;
  const { path, ...sent } = EXAMPLES[operationId](INSTALLATION);
  const answer = await client(path, { method, ...sent });
  expect(answer.status).toBe(200);
  const [type = '', content] = Object.entries(responses['200']?.content ?? {})[0] ?? [];
  expect(answer.headers['content-type']).toContain(type);
  expectSchema(
    answer,
    Object(operationId === 'show-document' || operationId === 'show-page' ? content?.schema : closed(content?.schema)),
  );
});

test.each(operations)('$operationId refuses as documented', async ({ operationId, method, path }) => {
  const { anonymous, operator } = await createApiHarness();
  const { path: own, ...sent } = EXAMPLES[operationId](4_242);
  const answers = [await anonymous(own, { method, ...sent }), await operator(`${path}/nothing`, { method, ...sent })];
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
    expectSchema(answer, Object(closed(document.components.schemas['Problem'])));
  }
});
