import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { buildDocument } from '../schemas/build-document';
import { changeOf, jobRow, launchRow, lifeRow, tenantRow } from '../test/changes';
import { EVENT_KINDS, EVENT_TYPES } from './catalogue';
import { decideEvents } from './decide-events';

const docs = join(__dirname, '../../../../docs');
const ajv = new Ajv({ strict: true, allErrors: true });
addFormats(ajv);

test('the committed schemas are those that events are held to; `npm run events` writes them', () => {
  expect(JSON.parse(readFileSync(join(docs, 'events.json'), 'utf8'))).toEqual(buildDocument());
});

test('are JSON schemas that another program can check events with', () => {
  const validate = ajv.compile(buildDocument());
  const changes = [
    changeOf('tenants', { before: tenantRow(), after: tenantRow({ status: 'suspended', suspended_by: 'github' }) }),
    changeOf('jobs', { after: jobRow({ state: 'parked', reason: 'limit' }) }),
    changeOf('launches', { after: launchRow({ state: 'running' }) }),
    changeOf('usage', { after: lifeRow() }),
  ];
  for (const change of changes) {
    const [event] = decideEvents(change, new Set(EVENT_KINDS));
    validate(event);
    expect(validate.errors).toBeNull();
    expect(validate({ ...event, version: 2 })).toBe(false);
    expect(validate({ ...event, type: 'job.lost' })).toBe(false);
  }
});

test('docs/events.md names every type and no other', () => {
  const text = readFileSync(join(docs, 'events.md'), 'utf8');
  const named = [...text.matchAll(/^\| `([a-z]+\.[a-z-]+)` \|/gm)].map(([, type]) => type);
  expect(named).toEqual(EVENT_TYPES);
});
