import { gitHubSiteOf, jobPage, logPage } from './links';
import { job } from '@multi-tenant-runner/testing';

test.each([
  ['https://api.github.com', 'https://github.com'],
  ['https://api.acme.ghe.com', 'https://acme.ghe.com'],
  ['https://github.acme.com/api/v3', 'https://github.acme.com'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
])('the pages of %s are at %s', (api, site) => {
  expect(gitHubSiteOf(api)).toBe(site);
});

test('a job has a page', () => {
  expect(jobPage(job({ runId: 6001 }), 'https://github.com')).toBe(
    'https://github.com/acme/app/actions/runs/6001/job/7001',
  );
});

test('a log is opened at the lines that name something', () => {
  const asked = { region: 'us-east-1', logGroup: '/aws/lambda/my-saas-scale-up', word: '7001-1' };
  expect(logPage(asked)).toBe(
    'https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/' +
      '$252Faws$252Flambda$252Fmy-saas-scale-up/log-events$3FfilterPattern$3D$25227001-1$2522',
  );
  expect(logPage({ ...asked, region: 'cn-north-1' })).toContain('https://cn-north-1.console.amazonaws.cn/');
});
