import { wallTable } from './walls';

// `npm run bench:walls`: the table of docs/scale.md.
console.log(wallTable().join('\n'));
