// The few answers of AWS that a plan waits for: who the caller is, and what the module looks up. Everything else is a
// resource that a plan only promises.
import { createServer } from 'node:http';

const ARM = /^(a1|[a-z]+[0-9]+g[a-z]*)\./;
const EC2 = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"';
/**
 * As EC2 describes Graviton's types and all others.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html
 */
const architectureOf = (type) => (ARM.test(type) ? 'arm64' : 'x86_64');

/** What every password is that a plan makes up. */
export const PASSWORD = 'ThisIsThePasswordOfThePlanTests';

/**
 * `subnets`: VPC by subnet; by default every subnet is in the VPC that is asked for. `noTypes`: instance types that the
 * Region lacks. `defaultKey`: what the account has as its default key of EBS. `images`: by the name that a filter asks
 * for.
 */
export async function listenAsAws({ account, subnets, noTypes = [], defaultKey = 'alias/aws/ebs', images = {} }) {
  const answers = {
    GetCallerIdentity: () =>
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
      `<Arn>arn:aws:iam::${account}:user/planner</Arn><UserId>AIDAPLANNER</UserId><Account>${account}</Account>` +
      '</GetCallerIdentityResult><ResponseMetadata><RequestId>plan</RequestId></ResponseMetadata>' +
      '</GetCallerIdentityResponse>',
    DescribeSubnets: (filters) => {
      const [vpc] = filters['vpc-id'];
      const found = filters['subnet-id'].filter((id) => subnets === undefined || subnets[id] === vpc);
      const items = found.map((id) => `<item><subnetId>${id}</subnetId><vpcId>${vpc}</vpcId></item>`);
      return `<DescribeSubnetsResponse ${EC2}><subnetSet>${items.join('')}</subnetSet></DescribeSubnetsResponse>`;
    },
    DescribeInstanceTypes: (filters) => {
      const found = filters['instance-type'].filter(
        (type) =>
          !noTypes.includes(type) && filters['processor-info.supported-architecture'].includes(architectureOf(type)),
      );
      const items = found.map((type) => `<item><instanceType>${type}</instanceType></item>`);
      return (
        `<DescribeInstanceTypesResponse ${EC2}><instanceTypeSet>${items.join('')}</instanceTypeSet>` +
        '</DescribeInstanceTypesResponse>'
      );
    },
    GetEbsDefaultKmsKeyId: () =>
      `<GetEbsDefaultKmsKeyIdResponse ${EC2}><kmsKeyId>${defaultKey}</kmsKeyId></GetEbsDefaultKmsKeyIdResponse>`,
    DescribeImages: (filters) => {
      const found = images[filters.name[0]] ?? [];
      const item = ({ id, gigabytes }) =>
        `<item><imageId>${id}</imageId><imageState>available</imageState><imageOwnerId>${account}</imageOwnerId>` +
        `<architecture>${filters.architecture[0]}</architecture><name>${filters.name[0]}</name>` +
        '<creationDate>2026-01-01T00:00:00.000Z</creationDate><rootDeviceType>ebs</rootDeviceType>' +
        '<rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName>' +
        `<ebs><snapshotId>snap-0aaa</snapshotId><volumeSize>${gigabytes}</volumeSize></ebs></item>` +
        '</blockDeviceMapping></item>';
      return (
        '<DescribeImagesResponse ' +
        `${EC2}><imagesSet>${found.map(item).join('')}</imagesSet></DescribeImagesResponse>`
      );
    },
  };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    // An ephemeral password is made up at each plan. The one call here that is no form.
    if (request.headers['x-amz-target'] === 'secretsmanager.GetRandomPassword') {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ RandomPassword: PASSWORD }));
      return;
    }
    const params = new URLSearchParams(Buffer.concat(chunks).toString());
    const answer = answers[params.get('Action')];
    response.writeHead(answer ? 200 : 400, { 'content-type': 'text/xml' });
    response.end(
      answer
        ? answer(filtersOf(params))
        : '<Response><Errors><Error><Code>NotHere</Code>' +
            `<Message>${params.get('Action')}</Message></Error></Errors></Response>`,
    );
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => server.close(done)) };
}

/** `Filter.1.Name=vpc-id`, `Filter.1.Value.1=…` by name. */
function filtersOf(params) {
  const found = {};
  for (const [key, name] of params) {
    const number = /^Filter\.(\d+)\.Name$/.exec(key)?.[1];
    if (number)
      found[name] = [...params]
        .filter(([other]) => other.startsWith(`Filter.${number}.Value.`))
        .map(([, value]) => value);
  }
  return found;
}
