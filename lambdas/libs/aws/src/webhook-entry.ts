import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { isObject, type WebhookEntry } from '@multi-tenant-runner/core';

/** Calls the webhook function as API Gateway would. */
export function createWebhookEntry(client: Pick<LambdaClient, 'send'>, functionName: string): WebhookEntry {
  return {
    deliver: async ({ headers, body, sourceIp }) => {
      const event = { version: '2.0', rawPath: '/webhook', headers, body, requestContext: { http: { sourceIp } } };
      const { Payload, FunctionError } = await client.send(
        new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) }),
      );
      const answer: unknown = JSON.parse(Buffer.from(Payload ?? new Uint8Array()).toString() || 'null');
      if (FunctionError !== undefined || !isObject(answer) || typeof answer['statusCode'] !== 'number')
        throw new Error(`${functionName} failed: ${FunctionError ?? 'no answer'}.`);
      return { status: answer['statusCode'], said: saidIn(answer['body']) };
    },
  };
}

/** The sentence of its answer, which is `{ "message": … }`. */
function saidIn(body: unknown): string {
  try {
    const parsed: unknown = JSON.parse(String(body));
    return isObject(parsed) && typeof parsed['message'] === 'string' ? parsed['message'] : '';
  } catch {
    return '';
  }
}
