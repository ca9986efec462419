// `npm run events`: writes docs/events.json from the schemas, laid out as every file. A test holds that the committed
// one is that.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { buildDocument } from './build-document';

const path = join(__dirname, '../../../../docs/events.json');

async function write(): Promise<void> {
  const options = await resolveConfig(path);
  writeFileSync(path, await format(JSON.stringify(buildDocument(), null, 2), { ...options, filepath: path }));
}

void write();
