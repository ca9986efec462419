import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { NOT_FOUND } from './access';
import type { GitHub } from '../github';
import { route, type Answer, type Call, type Route } from '../../lib/http';
import { object, text, texts, type Json } from '../../lib/json';
import { appJson } from './representations';

/**
 * The page that takes a manifest, as if whoever looks at it had confirmed at once, and the exchange of its code, which
 * works once and within an hour. https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export function manifestRoutes(github: GitHub, api: () => string): readonly Route[] {
  const codes = new Map<string, { readonly manifest: Json; readonly at: number }>();
  const register = (call: Call): Answer => {
    const manifest = manifestIn(call);
    const back = text(manifest?.['redirect_url']) ?? '';
    if (manifest === undefined || text(manifest['url']) === undefined || !URL.canParse(back))
      return { status: 422, body: { message: 'Invalid GitHub App configuration' } };
    const code = randomBytes(20).toString('hex');
    codes.set(code, { manifest, at: github.clock() });
    const address = new URL(back);
    address.searchParams.set('code', code);
    address.searchParams.set('state', call.query.get('state') ?? '');
    return { status: 302, headers: { location: address.href } };
  };
  return [
    route('POST', '/settings/apps/new', register),
    route('POST', '/organizations/{org}/settings/apps/new', register),
    route('POST', '/app-manifests/{code}/conversions', (call) => {
      const code = call.params['code'] ?? '';
      const asked = codes.get(code);
      if (asked === undefined || github.clock() - asked.at > HOUR) return NOT_FOUND;
      codes.delete(code);
      return { status: 201, body: newApp(asked.manifest, github, api()) };
    }),
  ];
}

const HOUR = 3_600_000;

function manifestIn(call: Call): Json | undefined {
  try {
    return object(JSON.parse(new URLSearchParams(call.body.toString('utf8')).get('manifest') ?? ''));
  } catch {
    return undefined;
  }
}

/** With secrets of its own, which GitHub shows this once. */
function newApp(manifest: Json, github: GitHub, api: string): Json {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const name = text(manifest['name']) ?? 'unnamed';
  return {
    ...appJson(github.store.nextId(), github.clock(), api),
    name,
    slug: name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    permissions: object(manifest['default_permissions']) ?? {},
    events: texts(manifest['default_events']) ?? [],
    client_secret: randomBytes(20).toString('hex'),
    webhook_secret: randomBytes(20).toString('hex'),
    pem: privateKey.export({ type: 'pkcs1', format: 'pem' }),
  };
}
