import { gunzipSync } from 'node:zlib';
import type { ParameterReader } from '@multi-tenant-runner/aws';
import { createNetworkFetch, type Fetch } from '@multi-tenant-runner/github';
import type { EnvReader } from '@multi-tenant-runner/runtime';

export interface NetworkConfig {
  readonly proxy?: string;
  readonly noProxy: readonly string[];
  readonly caBundleParameter?: string;
}

export function parseNetworkConfig(reader: EnvReader): NetworkConfig {
  const proxy = reader.optionalString('GITHUB_PROXY');
  const caBundleParameter = reader.optionalString('CA_BUNDLE_PARAMETER');
  const noProxy = (reader.optionalString('GITHUB_NO_PROXY') ?? '').split(',').filter((name) => name !== '');
  return {
    noProxy,
    ...(proxy !== undefined && { proxy }),
    ...(caBundleParameter !== undefined && { caBundleParameter }),
  };
}

/** The network settings for GitHub. Certificates are in a parameter, compressed: all variables share 4 KB. */
export function createFetch({ caBundleParameter, ...network }: NetworkConfig, readParameters: ParameterReader): Fetch {
  if (caBundleParameter === undefined) return createNetworkFetch(network, fetch);
  const readCaBundle = async (): Promise<string> => {
    const values = await readParameters([caBundleParameter]);
    return gunzipSync(Buffer.from(values.get(caBundleParameter) ?? '', 'base64')).toString('utf8');
  };
  return createNetworkFetch({ ...network, readCaBundle }, fetch);
}
