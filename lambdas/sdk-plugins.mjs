import { readFileSync } from 'node:fs';

const NO_CREDENTIAL_CHAIN =
  "export const defaultProvider = () => async () => { throw new Error('Pass credentials to the AWS " +
  "client: createClientConfig does.'); };";

const NO_EVENT_STREAMS =
  'export const resolveEventStreamSerdeConfig = (config) => config; ' +
  'export const eventStreamSerdeProvider = undefined; ' +
  "export class EventStreamSerde { constructor() { throw new Error('No operation of ours streams events.'); } }";

const NO_ENDPOINT_DISCOVERY =
  'export const resolveEndpointDiscoveryConfig = (config) => config; ' +
  'export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = ' +
  '{ environmentVariableSelector() {}, configFileSelector() {}, default: false };';

const STAND_INS = {
  '@aws-sdk/credential-provider-node': NO_CREDENTIAL_CHAIN,
  '@aws-sdk/middleware-endpoint-discovery': NO_ENDPOINT_DISCOVERY,
  '@smithy/core/event-streams': NO_EVENT_STREAMS,
};

const neverRun = (name, why) => `export const ${name} = () => { throw new Error(${JSON.stringify(why)}); };`;
const noClass = (name, why) => `export class ${name} { constructor() { throw new Error(${JSON.stringify(why)}); } }`;

/** By the end of a module's path inside @smithy/core/dist-es. */
export const CORE_STAND_INS = {
  'checksum/sha256/Sha256Js.js': noClass('Sha256Js', "Node's own SHA-256 is always there."),
  'checksum/md5/Md5Js.js': noClass('Md5Js', "Node's own MD5 is there outside FIPS mode, which Lambda has not."),
  'config/config-resolver/regionConfig/getInstanceMetadataRegion.js': neverRun(
    'getInstanceMetadataRegion',
    'Pass a region and a mode of defaults to the AWS client: createClientConfig does.',
  ),
  // What the environment doesn't say has its default, without two reads of files that Lambda has not.
  'config/node-config-provider/fromSharedConfigFiles.js':
    'export const fromSharedConfigFiles = () => async () => ' +
    "{ throw Object.assign(new Error('No configuration file is read.'), { tryNextLink: true }); };",
  'retry/util-retry/AdaptiveRetryStrategy.js': noClass(
    'AdaptiveRetryStrategy',
    'Retry by the standard mode: createClientConfig does.',
  ),
  'serde/util-stream/sdk-stream-mixin.js': neverRun('sdkStreamMixin', 'No operation of ours answers a stream.'),
};

const CORE_MODULE = /@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/](.+)$/;

/**
 * What clients import and none of ours runs: the default chain of credentials (profiles, SSO, STS, instance metadata),
 * as they receive theirs, which is a third of the webhook's bundle; streams of events; DynamoDB's discovery of
 * endpoints with its cache, which is off; and what serves a Node without crypto, a client without a region or a mode.
 */
const withoutUnused = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@(aws-sdk|smithy)\// }, ({ path }) =>
      path in STAND_INS ? { path, namespace: 'stand-in', sideEffects: false } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({ contents: STAND_INS[path] }));
    onLoad({ filter: CORE_MODULE }, ({ path }) => {
      const [, module] = CORE_MODULE.exec(path);
      return { contents: CORE_STAND_INS[module.replaceAll('\\', '/')] };
    });
  },
};

/** Every client imports its whole package.json for the version in the user agent. */
const onlyTheVersion = {
  name: 'only-the-version',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

const SHAPE = /^((?:export )?(?:var|const) [\w$]+ = )(\[[^]*?\]);$/gm;

/** The other statements of a schema file: names, imports, flags and the registration of errors. */
const OTHER_STATEMENTS = [
  /^import [^;]+;$/gm,
  /^const [\w$]+ = "[^"]*";$/gm,
  /^var __Unit = "unit";$/gm,
  /^(?:export )?var [\w$]+ = 64 \| \d+;$/gm,
  /^(?:export )?var [\w$]+ = (?:128|64) \| [\w$]+;$/gm,
  /^const [\w$]+ = new TypeRegistry\([\w$]+\);$/gm,
  /^[\w$]+\.registerError\([\w$]+, [\w$]+\);$/gm,
];

/**
 * The source of a client's schema file with each shape in a call that is marked pure, so that esbuild drops the shapes
 * of operations that a function doesn't call. As they are it keeps all, 550 KB for EC2's: some have computed keys,
 * whose `toString` might do anything. Throws for a file whose statements it doesn't know, as an SDK release that
 * writes them otherwise would only make each function five times as large.
 */
export function markShapesPure(source, path) {
  const rest = [SHAPE, ...OTHER_STATEMENTS].reduce((text, form) => text.replace(form, ''), source).trim();
  if (rest !== '')
    throw new Error(
      `${path} has a statement of a new form, "${rest.split('\n')[0]}": teach lambdas/sdk-plugins.mjs to mark ` +
        'it pure, or name it there among the other statements.',
    );
  return source.replace(SHAPE, '$1/* @__PURE__ */ (() => $2)();');
}

/** Whose errors we know by their names, but for those with fields that we read. */
const WITHOUT_CLASSES = /client-(ssm|lambda|secrets-manager|sqs|dynamodb)[\\/]/;
const WITH_FIELDS = ['ConditionalCheckFailedException', 'TransactionCanceledException'];

/**
 * SSM has a class for each of its 145 errors, the others have dozens. An error without a class keeps its name: the
 * client makes it an SSMServiceException.
 */
export function withoutErrorClasses(source) {
  return source.replace(/^n0_registry\.registerError\([^;]+?(\w+)\);$/gm, (line, name) =>
    WITH_FIELDS.includes(name) ? line : '',
  );
}

const pureShapes = {
  name: 'pure-shapes',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/ }, ({ path }) => {
      const source = markShapesPure(readFileSync(path, 'utf8'), path);
      return { contents: WITHOUT_CLASSES.test(path) ? withoutErrorClasses(source) : source, loader: 'js' };
    });
  },
};

/** What keeps the AWS SDK small in a function's bundle. */
export const SDK_PLUGINS = [withoutUnused, onlyTheVersion, pureShapes];

/** mtr runs anywhere, so it has the whole chain of credentials and reads the configuration files. */
export const SDK_PLUGINS_OF_MTR = [onlyTheVersion, pureShapes];
