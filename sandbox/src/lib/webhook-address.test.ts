import { emulatedEndpoint, webhookEndpoint } from './webhook-address';

describe("the webhook's address", () => {
  it("is a path of the emulator's own address", () => {
    expect(emulatedEndpoint('http://bf252326.execute-api.127.0.0.1:14566/webhook', 'http://127.0.0.1:14566')).toBe(
      'http://127.0.0.1:14566/_aws/execute-api/bf252326/webhook',
    );
    expect(emulatedEndpoint('https://bf252326.execute-api.us-east-1.amazonaws.com', 'http://127.0.0.1:1')).toBe(
      'http://127.0.0.1:1/_aws/execute-api/bf252326',
    );
  });

  it('stays as it is when it is no API', () => {
    expect(emulatedEndpoint('https://example.com/webhook', 'http://127.0.0.1:1')).toBe('https://example.com/webhook');
  });

  it("comes from the module's output", () => {
    expect(webhookEndpoint({ endpoint: 'https://x/webhook' })).toBe('https://x/webhook');
    expect(() => webhookEndpoint({})).toThrow('no endpoint');
    expect(() => webhookEndpoint(null)).toThrow('no endpoint');
  });
});
