import { request } from 'node:http';
import { hostOf, startFront } from './front';
import { listen } from './http';

it.each([
  ['shop.localhost:8080', 'shop.apps.localhost'],
  ['Shop.apps.localhost:8080', 'shop.apps.localhost'],
  ['shop.apps.localhost', 'shop.apps.localhost'],
  ['localhost:8080', 'localhost'],
  ['shop.acme.test', 'shop.acme.test'],
])('leads %s to %s', (asked, host) => expect(hostOf(asked, 'apps.localhost')).toBe(host));

it('passes method, path, body and answer on, under the name of the app', async () => {
  const balancer = await listen(0, ({ method, path, body, headers }) => ({
    status: 418,
    body: { method, path, host: headers.host, body: body.toString() },
  }));
  const front = await startFront(0, {
    balancer: `http://127.0.0.1:${balancer.port}/_alb/apps`,
    domain: 'apps.localhost',
  });
  const address = { port: front.port, path: '/a?b=c', method: 'POST', headers: { host: 'shop.localhost:1' } };
  const answer = await new Promise<string>((resolve) => {
    const call = request(address, (response) => {
      response.setEncoding('utf8');
      response.on('data', (text: string) => resolve(`${response.statusCode} ${text}`));
    });
    call.end('hello');
  });
  expect(answer).toBe(
    `418 ${JSON.stringify({ method: 'POST', path: '/_alb/apps/a', host: 'shop.apps.localhost', body: 'hello' })}`,
  );
  await Promise.all([front.close(), balancer.close()]);
});
