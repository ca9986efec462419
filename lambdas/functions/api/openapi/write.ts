// `npm run openapi`: writes docs/openapi.json from the schemas. A test holds that the committed one is that.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDocument } from './build-document';

writeFileSync(join(__dirname, '../../../../docs/openapi.json'), `${JSON.stringify(buildDocument(), null, 2)}\n`);
