// The module promises Terraform 1.3 and one provider, of two major versions; no such Terraform is at hand, so its text
// is read instead.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from './render.mjs';

/** The app plane, which writes passwords that no plan and no state has, asks for Terraform 1.11. */
const NEWER = ['modules/apps', 'modules/tenant-app', 'examples/saas-platform'];
const isNewer = (file) => NEWER.includes(relative(ROOT, dirname(file)));

/** Every function that Terraform 1.3 has. */
const FUNCTIONS = new Set(
  `
    abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt can
    ceil chomp chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat contains
    csvdecode dirname distinct element endswith file filebase64 filebase64sha256 filebase64sha512 fileexists
    filemd5 fileset filesha1 filesha256 filesha512 flatten floor format formatdate formatlist indent index join
    jsondecode jsonencode keys length log lookup lower matchkeys max md5 merge min nonsensitive one parseint
    pathexpand pow range regex regexall replace reverse rsadecrypt sensitive setintersection setproduct setsubtract
    setunion sha1 sha256 sha512 signum slice sort split startswith strrev substr sum templatefile textdecodebase64
    textencodebase64 timeadd timecmp timestamp title tobool tolist tomap tonumber toset tostring transpose trim
    trimprefix trimspace trimsuffix try upper urlencode uuid uuidv5 values yamldecode yamlencode zipmap
  `
    .trim()
    .split(/\s+/),
);
/** Written like functions, but types. */
const TYPES = new Set(['any', 'list', 'map', 'object', 'optional', 'set', 'tuple']);

/** Read in the text, because the labels of blocks are strings. */
const LABELS = [
  ['the terraform_data resource (1.4)', /^resource\s+"terraform_data"/m],
  ['a provider other than aws', /^(?:resource|data)\s+"(?!aws_|terraform_data)/m],
];
const LATER = [
  ['a check block (1.5)', /^\s*check\s+""\s*\{/m],
  ['an import block (1.5)', /^\s*import\s*\{/m],
  ['a removed block (1.7)', /^\s*removed\s*\{/m],
  ['a provider’s function (1.8)', /\bprovider::/],
  ['an ephemeral value or resource (1.10)', /\bephemeral\b/],
  ['a write-only argument (1.11)', /\b\w+_wo(_version)?\s*=/],
  ['an attribute of aws_region that 5 or 6 lacks', /\bdata\.aws_region\.\w+\.(name|region)\b/],
];

/** The code alone: comments and the text of strings go, interpolations stay. */
export function codeOf(text) {
  let code = '';
  let at = 0;
  const skipTo = (end) => (at = end === -1 ? text.length : end);
  const template = (ends) => {
    while (at < text.length && !ends()) {
      if (text.startsWith('$${', at)) at += 3;
      else if (text.startsWith('${', at)) {
        at += 2;
        code += ' ';
        expression();
        code += ' ';
      } else at += text[at] === '\\' ? 2 : 1;
    }
  };
  const string = () => {
    at += 1;
    code += '"';
    template(() => text[at] === '"');
    at += 1;
    code += '"';
  };
  const expression = () => {
    let depth = 0;
    while (at < text.length) {
      const heredoc = /^<<-?([A-Z]+)\n/.exec(text.slice(at, at + 40));
      if (text[at] === '}' && depth === 0) return void (at += 1);
      if (text[at] === '#' || text.startsWith('//', at)) skipTo(text.indexOf('\n', at));
      else if (text.startsWith('/*', at)) skipTo(text.indexOf('*/', at) + 2);
      else if (text[at] === '"') string();
      else if (heredoc) {
        at += heredoc[0].length;
        template(
          () =>
            new RegExp(`^\\s*${heredoc[1]}\\n`).test(text.slice(text.lastIndexOf('\n', at - 1) + 1, at + 40)) &&
            text[at - 1] === '\n',
        );
        skipTo(text.indexOf('\n', at));
      } else {
        if (text[at] === '{') depth += 1;
        if (text[at] === '}') depth -= 1;
        code += text[at];
        at += 1;
      }
    }
  };
  expression();
  return code;
}

/** What a file uses that its promise excludes. */
export function laterFeatures(text) {
  const code = codeOf(text);
  const found = [
    ...LABELS.filter(([, pattern]) => pattern.test(text)),
    ...LATER.filter(([, pattern]) => pattern.test(code)),
  ].map(([name]) => name);
  const functions = [...code.matchAll(/\b([a-z][a-z0-9_]*)\(/g)]
    .map(([, name]) => name)
    .filter((name) => !FUNCTIONS.has(name) && !TYPES.has(name));
  const crossing = [...text.matchAll(/^variable "(\w+)" \{\n([\s\S]*?)^\}/gm)].flatMap(([, name, body]) =>
    [...body.matchAll(/\bvar\.(\w+)/g)]
      .filter(([, other]) => other !== name)
      .map(([, other]) => `a validation of ${name} that reads ${other} (1.9)`),
  );
  return [...found, ...functions.map((name) => `the function ${name}`), ...crossing];
}

function terraformFiles(folder = ROOT) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'tests', 'lambdas', 'sandbox'].includes(entry.name) || entry.name.startsWith('.')
        ? []
        : terraformFiles(path);
    return entry.name.endsWith('.tf') ? [path] : [];
  });
}

describe('the module keeps to Terraform 1.3 and provider 5.100', () => {
  for (const file of terraformFiles()) {
    it(`${relative(ROOT, file)} uses nothing later`, () => {
      const later = laterFeatures(readFileSync(file, 'utf8'));
      const kept = isNewer(file) ? later.filter((feature) => !/\(1\.([4-9]|1[01])\)$/.test(feature)) : later;
      assert.deepEqual(kept, []);
    });
  }

  it('every part says so itself, and asks for no other provider', () => {
    const versions = terraformFiles().filter((file) => file.endsWith('versions.tf'));
    const folders = new Set(terraformFiles().map((file) => join(file, '..')));
    assert.equal(versions.length, folders.size);
    for (const file of versions) {
      const text = readFileSync(file, 'utf8');
      assert.match(text, isNewer(file) ? /required_version = ">= 1\.11\.0"/ : /required_version = ">= 1\.3\.0"/, file);
      assert.deepEqual(
        [...text.matchAll(/source\s+= "([^"]+)"/g)].map(([, source]) => source),
        ['hashicorp/aws'],
        file,
      );
      assert.match(text, /version = ">= 5\.100"/, file);
    }
  });
});

describe('the reading itself', () => {
  const guilty = {
    'resource "terraform_data" "x" {\n}': 'the terraform_data resource (1.4)',
    'check "health" {\n}': 'a check block (1.5)',
    'import {\n  id = "x"\n}': 'an import block (1.5)',
    'removed {\n}': 'a removed block (1.7)',
    'locals {\n  x = provider::aws::arn_parse("a")\n}': 'a provider’s function (1.8)',
    'ephemeral "aws_x" "y" {\n}': 'an ephemeral value or resource (1.10)',
    'resource "aws_ssm_parameter" "x" {\n  value_wo = "a"\n}': 'a write-only argument (1.11)',
    'locals {\n  x = data.aws_region.current.name\n}': 'an attribute of aws_region that 5 or 6 lacks',
    'resource "random_id" "x" {\n}': 'a provider other than aws',
    'locals {\n  x = "${strcontains("a", "b")}"\n}': 'the function strcontains',
    'variable "a" {\n  validation {\n    condition = var.a != var.b\n  }\n}': 'a validation of a that reads b (1.9)',
  };
  for (const [text, feature] of Object.entries(guilty)) {
    it(`finds ${feature}`, () => {
      assert.ok(laterFeatures(text).includes(feature), laterFeatures(text).join(', '));
    });
  }

  it('passes by comments, texts and heredocs', () => {
    const text =
      '# terraform_data and strcontains(x)\nlocals {\n  x = "run check() now $${ephemeral}"\n  y = ' +
      '<<-EOT\n    removed {\n    import {\n  EOT\n  z = length("a")\n}\n';
    assert.deepEqual(laterFeatures(text), []);
  });
});
