import { gzipSync } from 'node:zlib';
import { checkSignature } from '../signature.mjs';

/** Where `network.ca_bundle` lies, as base64 of gzip: it is public, so it needs no decryption. */
export const CA_PARAMETER = '/acme-ci/network/ca-bundle';

const TAG_KEYS = ['ghr:state', 'ghr:boot'];
const LEGAL_TAG_VALUE = /^[A-Za-z0-9 +\-=._:/@]{0,256}$/;

/**
 * SSM, EC2 and CloudWatch Logs as one machine's role sees them: its own parameter, two tags on itself, its own stream.
 * What else is called is refused and remembered.
 */
export function awsServices(given) {
  const { instanceId, region, credentials, parameter, logGroup, certificates, misses = 0, refuse = [] } = given;
  const seen = { calls: [], refused: [], tags: [], lines: [], stream: undefined, deleted: false };
  let asked = 0;

  const operations = {
    'AmazonSSM.GetParameter': ({ Name, WithDecryption }) => {
      const authority = certificates();
      if (Name === CA_PARAMETER && authority !== undefined)
        return json({ Parameter: { Name, Type: 'String', Value: gzipSync(authority).toString('base64'), Version: 1 } });
      if (Name !== parameter.name || WithDecryption !== true || seen.deleted || (asked += 1) <= misses)
        return denied('AccessDeniedException');
      // With the fields that surround the value at AWS too.
      return json({
        Parameter: {
          ARN: `arn:aws:ssm:${region}:123456789012:parameter${Name}`,
          DataType: 'text',
          Name,
          Type: 'SecureString',
          Value: parameter.value,
          Version: 1,
        },
      });
    },
    'AmazonSSM.DeleteParameter': ({ Name }) => {
      if (Name !== parameter.name) return denied('AccessDeniedException');
      seen.deleted = true;
      return json({});
    },
    'Logs_20140328.CreateLogStream': ({ logGroupName, logStreamName }) => {
      if (logGroupName !== logGroup || logStreamName !== instanceId) return denied('AccessDeniedException');
      if (seen.stream !== undefined) return denied('ResourceAlreadyExistsException');
      seen.stream = logStreamName;
      return json({});
    },
    'Logs_20140328.PutLogEvents': ({ logGroupName, logStreamName, logEvents }) => {
      if (logGroupName !== logGroup || logStreamName !== seen.stream) return denied('ResourceNotFoundException');
      const sound =
        logEvents.length > 0 &&
        logEvents.length <= 10_000 &&
        logEvents.every(({ timestamp, message }) => Math.abs(Date.now() - timestamp) < 60_000 && message.length > 0);
      if (!sound) return denied('InvalidParameterException');
      seen.lines.push(...logEvents.map(({ message }) => message));
      return json({});
    },
    CreateTags: (form) => {
      const tag = { [form.get('Tag.1.Key')]: form.get('Tag.1.Value') };
      const [[key, value]] = Object.entries(tag);
      if (
        form.get('ResourceId.1') !== instanceId ||
        form.has('ResourceId.2') ||
        form.has('Tag.2.Key') ||
        !TAG_KEYS.includes(key)
      )
        return denied('UnauthorizedOperation');
      if (!LEGAL_TAG_VALUE.test(value)) return denied('InvalidParameterValue');
      seen.tags.push([key, value]);
      return { body: '<CreateTagsResponse><return>true</return></CreateTagsResponse>' };
    },
  };
  const SERVICES = { AmazonSSM: 'ssm', Logs_20140328: 'logs', CreateTags: 'ec2' };

  const answer = (request) => {
    const { problem, service } = checkSignature(request, { credentials, region });
    if (problem !== undefined) return denied(`SignatureDoesNotMatch: ${problem}`);
    const text = request.body.toString();
    const form = new URLSearchParams(text);
    const operation = request.headers['x-amz-target'] ?? form.get('Action');
    const name = operation?.split('.').at(-1);
    seen.calls.push(name);
    if (SERVICES[operation?.split('.')[0]] !== service || operations[operation] === undefined)
      return denied('UnauthorizedOperation');
    if (refuse.includes(name)) return denied('AccessDeniedException');
    return operations[operation](service === 'ec2' ? form : JSON.parse(text));
  };
  const handle = (request) => {
    const result = answer(request);
    if (result.status === 400 || result.status === 403) seen.refused.push(JSON.parse(result.body).__type);
    return result;
  };
  return { handle, seen };
}

const json = (body) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/x-amz-json-1.1' } });
const denied = (type) => ({ status: 400, body: JSON.stringify({ __type: type, Message: 'refused' }) });
