import { createServer } from 'node:http';

/**
 * A server on a free port; `handle` receives the whole request and returns `{ status?, body?, headers? }`, or
 * `{ destroy: true }` for a connection that ends without an answer.
 */
export async function listen(handle) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = await handle({
      method: request.method,
      path: request.url,
      headers: request.headers,
      body: Buffer.concat(chunks),
    });
    if (answer.destroy) return response.destroy();
    response.writeHead(answer.status ?? 200, answer.headers ?? {}).end(answer.body ?? '');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
