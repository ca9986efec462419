// Writes the tables of requirements, providers, modules, resources, inputs and outputs in the README of the module and
// of every module below modules/, in the form that terraform-docs gives them. Ours, so that they can be checked
// wherever Node runs.
//
//   node tests/repository/readme/tables.mjs           fails when a table is not what the .tf files say
//   node tests/repository/readme/tables.mjs --write   rewrites them
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { literal, parseHcl } from './hcl.mjs';

const BEGIN = '<!-- BEGIN_TF_DOCS -->';
const END = '<!-- END_TF_DOCS -->';
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

const write = process.argv.includes('--write');
const folders = [
  '.',
  ...readdirSync(join(root, 'modules'))
    .sort()
    .map((name) => `modules/${name}`),
];
const stale = folders.filter((folder) => !isCurrent(folder)).map((folder) => join(folder, 'README.md'));

if (stale.length > 0 && !write) {
  console.error(
    `The tables in ${stale.join(', ')} are not what the .tf files say; run "node ` +
      'tests/repository/readme/tables.mjs --write" and commit the change.',
  );
  process.exit(1);
}

/** Whether a folder's README has the tables of its .tf files; with `--write`, afterwards. */
function isCurrent(folder) {
  const readme = join(root, folder, 'README.md');
  const text = readFileSync(readme, 'utf8');
  const wanted = withTables(text, renderTables(readModule(join(root, folder))), join(folder, 'README.md'));
  if (wanted !== text && write) writeFileSync(readme, wanted);
  return wanted === text;
}

function readModule(folder) {
  const bodies = readdirSync(folder)
    .filter((name) => name.endsWith('.tf'))
    .map((name) => parseHcl(readFileSync(join(folder, name), 'utf8'), name));
  const blocks = bodies.flatMap((body) => body.blocks);
  return (type) => blocks.filter((block) => block.type === type);
}

function withTables(readmeText, tables, name) {
  const [before, rest] = split(readmeText, BEGIN, name);
  const [, after] = split(rest, END, name);
  return `${before}${BEGIN}\n${tables}\n${END}${after}`;
}

function split(whole, marker, name) {
  const parts = whole.split(marker);
  if (parts.length !== 2)
    throw new Error(`${name} needs the line ${marker} exactly once; it is there ${parts.length - 1} times.`);
  return parts;
}

function renderTables(blocksOf) {
  const terraform = blocksOf('terraform');
  const providers = terraform.flatMap(({ body }) => body.blocks.filter(({ type }) => type === 'required_providers'));
  const versions = Object.assign(
    {},
    ...providers.map(({ body }) =>
      Object.fromEntries(Object.entries(body.attributes).map(([name, source]) => [name, literal(source)])),
    ),
  );
  return [
    requirements(terraform, versions),
    usedProviders(blocksOf, versions),
    modules(blocksOf('module')),
    resources([...blocksOf('resource'), ...blocksOf('data')], versions),
    inputs(blocksOf('variable')),
    outputs(blocksOf('output')),
  ].join('\n\n');
}

function requirements(terraform, versions) {
  const own = terraform.map(({ body }) => body.attributes.required_version).find((source) => source !== undefined);
  const rows = Object.entries(versions).map(([name, { version }]) => [anchored('requirement', name), version]);
  return section('Requirements', ['Name', 'Version'], [[anchored('requirement', 'terraform'), literal(own)], ...rows]);
}

function usedProviders(blocksOf, versions) {
  const used = new Set([...blocksOf('resource'), ...blocksOf('data')].map(providerOf));
  const rows = [...used].sort().map((name) => [anchored('provider', name), versions[name]?.version ?? 'n/a']);
  return section('Providers', ['Name', 'Version'], rows);
}

function modules(blocks) {
  if (blocks.length === 0) return none('Modules');
  const rows = byName(blocks).map(({ labels: [name], body }) => [
    anchored('module', name),
    literal(body.attributes.source),
    literal(body.attributes.version ?? '') ?? 'n/a',
  ]);
  return section('Modules', ['Name', 'Source', 'Version'], rows);
}

function resources(blocks, versions) {
  const rows = blocks
    .map((block) => ({
      name: block.labels.join('.'),
      link: docsOf(block, versions),
      kind: block.type === 'data' ? 'data source' : 'resource',
    }))
    .sort((a, b) => compare(b.kind, a.kind) || compare(a.name, b.name))
    .map(({ name, link, kind }) => [`[${name}](${link})`, kind]);
  return section('Resources', ['Name', 'Type'], rows);
}

function docsOf(block, versions) {
  const provider = providerOf(block);
  const folder = block.type === 'data' ? 'data-sources' : 'resources';
  const source = versions[provider]?.source ?? `hashicorp/${provider}`;
  const page = block.labels[0].slice(provider.length + 1);
  return `https://registry.terraform.io/providers/${source}/latest/docs/${folder}/${page}`;
}

function inputs(blocks) {
  const rows = byName(blocks).map(({ labels: [name], body: { attributes } }) => [
    anchored('input', name),
    described(attributes.description),
    code(attributes.type ?? 'any'),
    attributes.default === undefined ? 'n/a' : code(json(literal(attributes.default), attributes.default)),
    attributes.default === undefined ? 'yes' : 'no',
  ]);
  return section('Inputs', ['Name', 'Description', 'Type', 'Default', 'Required'], rows, [null, null, null, null, ':']);
}

function outputs(blocks) {
  const rows = byName(blocks).map(({ labels: [name], body: { attributes } }) => [
    anchored('output', name),
    described(attributes.description),
  ]);
  return section('Outputs', ['Name', 'Description'], rows);
}

function none(title) {
  return `## ${title}\n\nNo ${title.toLowerCase()}.`;
}

function section(title, columns, rows, alignments = []) {
  const rule = columns.map((column, index) =>
    alignments[index] === ':' ? `:${'-'.repeat(column.length)}:` : '-'.repeat(column.length + 2),
  );
  const lines = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return [`## ${title}`, '', `| ${columns.join(' | ')} |`, `|${rule.join('|')}|`, ...lines].join('\n');
}

function anchored(kind, name) {
  const escaped = `${kind}_${name}`.replaceAll('_', '\\_');
  return `<a name="${kind}_${name}"></a> [${name.replaceAll('_', '\\_')}](#${escaped})`;
}

function described(source) {
  const value = source === undefined ? '' : literal(source);
  if (value === undefined) throw new Error('A description is not plain text, so no table can show it.');
  return value.trim().replaceAll('|', '\\|').replaceAll('\n', '<br/>');
}

/** One line as code; several in a `pre`, where Markdown's own signs would still count in a table. */
function code(source) {
  if (!source.includes('\n')) return `\`${source}\``;
  const escaped = source.replaceAll('<', '&lt;').replaceAll('|', '\\|');
  return `<pre>${escaped.replaceAll('\n', '<br/>')}</pre>`;
}

function json(value, source) {
  if (value === undefined) throw new Error(`The default ${source} is not a literal, so no table can show it.`);
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty ? JSON.stringify(value) : JSON.stringify(sorted(value), null, 2);
}

/** Keys in one order, as a map has none. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function providerOf({ labels: [type] }) {
  return type.split('_')[0];
}

function byName(blocks) {
  return [...blocks].sort((a, b) => compare(a.labels[0], b.labels[0]));
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
