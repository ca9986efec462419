import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sdk-plugins-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The build is modules for plain Node, and runs here as it does there. */
function run(program: string): string {
  const imports = `import { SDK_PLUGINS, markShapesPure } from ${JSON.stringify(join(__dirname, 'sdk-plugins.mjs'))};`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', `${imports} ${program}`], {
    cwd: __dirname,
    encoding: 'utf8',
  });
}

/** Bundles the source as a function's is. Answers the bundle's path. */
function bundle(name: string, source: string): string {
  // Beside the packages, where their imports are found.
  const outfile = join(directory, `${name}.mjs`);
  const options = { stdin: { contents: source, resolveDir: join(__dirname, 'libs/aws') }, outfile };
  run(
    `import { build } from 'esbuild'; await build({ ...${JSON.stringify(options)}, bundle: true, format: 'esm', ` +
      `platform: 'node', target: 'node20', mainFields: ['module', 'main'], plugins: SDK_PLUGINS });`,
  );
  return outfile;
}

/** What a program that asks a service prints, when a server answers all with the status and body. */
function ask(source: string, body: object): unknown {
  const program = `
    import { createServer } from 'node:http';
    import { SSMClient, GetParameterCommand } from '@aws-sdk/client-ssm';
    import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
    import { LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
    import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
    const server = createServer((request, response) => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(${JSON.stringify(JSON.stringify(body))});
    }).listen(0, '127.0.0.1', async () => {
      const settings = {
        region: 'us-east-1',
        endpoint: 'http://127.0.0.1:' + server.address().port,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
      };
      const error = await (${source})(settings).catch((error) => error);
      console.log(JSON.stringify({
        name: error.name, message: error.message, status: error.$metadata?.httpStatusCode,
        reasons: error.CancellationReasons,
      }));
      server.close();
    });`;
  return JSON.parse(execFileSync(process.execPath, [bundle('ask', program)], { encoding: 'utf8' }));
}

test('a bundle has the shapes of the operations that it calls alone', () => {
  const file = bundle(
    'ec2',
    "import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'; " +
      'console.log(EC2Client, RunInstancesCommand);',
  );
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('RunInstancesRequest$');
  expect(text).not.toContain('AcceptAddressTransferRequest$');
});

test('a statement of a form that the SDK has not had fails the build, with its place', () => {
  const source = 'export var Good$ = [3, n0, _G,\n    0, [_a], [0]\n];\nexport function shape() {\n}\n';
  expect(() => run(`console.log(markShapesPure(${JSON.stringify(source)}, 'client-new/schemas_0.js'));`)).toThrow(
    'client-new/schemas_0.js has a statement of a new form, "export function shape() {"',
  );
});

test.each([
  [
    'com.amazonaws.ssm#ParameterNotFound',
    "(settings) => new SSMClient(settings).send(new GetParameterCommand({ Name: '/a' }))",
  ],
  [
    'com.amazonaws.sqs#QueueDoesNotExist',
    '(settings) => new SQSClient(settings).send(new SendMessageCommand(' +
      "{ QueueUrl: settings.endpoint, MessageBody: 'm' }))",
  ],
  [
    'ResourceConflictException',
    "(settings) => new LambdaClient(settings).send(new UpdateEventSourceMappingCommand({ UUID: 'u', Enabled: true }))",
  ],
  [
    'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    "(settings) => new DynamoDBClient(settings).send(new GetItemCommand({ TableName: 't', Key: { id: { S: 'a' } } }))",
  ],
])('the error %s keeps its name, message and status without a class', (name, call) => {
  expect(ask(call, { __type: name, message: 'it may not be' })).toEqual({
    name: name.replace(/^.*#/, ''),
    message: 'it may not be',
    status: 400,
  });
});

test("a cancelled transaction has each action's reason and row", () => {
  const write =
    '(settings) => new DynamoDBClient(settings).send(new TransactWriteItemsCommand({ TransactItems: [{ Delete: ' +
    "{ TableName: 't', Key: { id: { S: 'a' } } } }] }))";
  const reasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { id: { S: 'a' } } }];
  const body = {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    Message: 'cancelled',
    CancellationReasons: reasons,
  };
  expect(ask(write, body)).toEqual({
    name: 'TransactionCanceledException',
    message: 'cancelled',
    status: 400,
    reasons,
  });
});

test('what stands in for a module stands in for one that the SDK has, and says why it may not be called', () => {
  const all = JSON.parse(
    run(`import { CORE_STAND_INS } from ${JSON.stringify(join(__dirname, 'sdk-plugins.mjs'))};
      console.log(JSON.stringify(CORE_STAND_INS));`),
  ) as Record<string, string>;
  const core = join(__dirname, '../node_modules/@smithy/core/dist-es/submodules');
  for (const [module, standIn] of Object.entries(all)) {
    const exported = (text: string) => [...text.matchAll(/^export (?:class|const) (\w+)/gm)].map(([, name]) => name);
    expect([module, exported(standIn)]).toEqual([module, exported(readFileSync(join(core, module), 'utf8'))]);
  }
});

test('a client in a bundle reads no configuration file', () => {
  const config = join(directory, 'config');
  writeFileSync(config, '[default]\nmax_attempts = 9\n');
  const program = `
    import { SQSClient } from '@aws-sdk/client-sqs';
    const { config } = new SQSClient({ region: 'us-east-1' });
    console.log(JSON.stringify({ attempts: await config.maxAttempts() }));`;
  const out = execFileSync(process.execPath, [bundle('files', program)], {
    env: { ...process.env, AWS_CONFIG_FILE: config },
    encoding: 'utf8',
  });
  expect(JSON.parse(out)).toEqual({ attempts: 3 });
});

test('each package is in a bundle once', () => {
  const file = join(directory, 'packages.json');
  execFileSync(process.execPath, [join(__dirname, 'build.mjs'), '--out', directory, '--packages', file], {
    stdio: 'pipe',
  });
  const bundles = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, readonly string[]>);
  const twice = bundles.flatMap(([name, folders]) => {
    const packages = folders.map((folder) => `${basename(dirname(folder))}/${basename(folder)}`);
    return packages.filter((value, index) => packages.indexOf(value) !== index).map((value) => `${name}: ${value}`);
  });
  expect(twice).toEqual([]);
});
