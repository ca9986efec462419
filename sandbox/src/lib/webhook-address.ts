/** The address in the module's output. */
export function webhookEndpoint(output: unknown): string {
  if (typeof output === 'object' && output !== null && 'endpoint' in output && typeof output.endpoint === 'string')
    return output.endpoint;
  throw new Error('The module\'s output "webhook" has no endpoint.');
}

/** The emulator answers for an API under a path of its own address instead of the API's host name. */
export function emulatedEndpoint(endpoint: string, emulator: string): string {
  // No URL parser takes the emulator's form, a name before an IP address.
  const found = /^https?:\/\/([a-z0-9]+)\.execute-api\.[^/]+(\/.*)?$/.exec(endpoint);
  return found ? `${emulator}/_aws/execute-api/${found[1]}${found[2] ?? ''}` : endpoint;
}
