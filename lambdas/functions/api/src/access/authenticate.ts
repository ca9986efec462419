import { header } from '@multi-tenant-runner/runtime';
import type { ApiDeps } from '../deps';
import type { ApiRequest } from '../http/request';
import { Problem } from '../http/problem';
import type { Caller } from './caller';
import { decideTenantClaim } from './decide-tenant-claim';

type Deps = Pick<ApiDeps, 'registry' | 'findByAccount' | 'verifyToken' | 'links' | 'clock' | 'log'>;

const TOKEN = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Who calls. API Gateway itself puts the identity that signed into the request, on the operators' API alone; every
 * other caller needs a token.
 *
 * @throws Problem `unauthenticated`; what exactly is wrong is for the log
 */
export async function authenticate(request: ApiRequest, deps: Deps): Promise<Caller> {
  const signer = request.requestContext?.authorizer?.iam?.userArn;
  if (signer !== undefined) return { role: 'operator', actor: signer };
  const token = TOKEN.exec(header(request, 'authorization') ?? '')?.[1];
  if (token === undefined) throw new Problem('unauthenticated', 'Send a token as "Authorization: Bearer …".');
  const link = await deps.links.verify(token, deps.clock.now());
  if (link !== undefined) {
    const { installationId, id } = link;
    return { role: 'tenant-viewer', actor: `link ${id}`, installationId };
  }
  const verified = await deps.verifyToken(token);
  if (verified === undefined)
    throw new Problem(
      'unauthenticated',
      'The token is neither a link nor one of an issuer that counts here, or is out of date.',
    );
  const actor = `${verified.issuer.issuer}#${verified.claims.sub}`;
  const claim = decideTenantClaim(verified);
  switch (claim.kind) {
    case 'refuse':
      deps.log.warn('A token is refused', { actor, because: claim.because });
      throw new Problem('unauthenticated', `The token counts for nothing here: ${claim.because}.`);
    case 'installation':
      return { role: claim.role, actor, installationId: claim.installationId };
    case 'account': {
      const installationId = await activeInstallationOf(claim.accountId, deps);
      if (installationId === undefined)
        throw new Problem('unauthenticated', "The owner of the token's repository is no active tenant.");
      const { role, repository, job } = claim;
      return { role, actor, installationId, repository, job };
    }
  }
}

async function activeInstallationOf(
  accountId: number,
  { registry, findByAccount }: Pick<Deps, 'registry' | 'findByAccount'>,
): Promise<number | undefined> {
  // The index may lag, so the row decides.
  for (const installationId of [...(await findByAccount(accountId))].reverse()) {
    const lookup = await registry.get(installationId);
    if (lookup.kind === 'tenant' && lookup.tenant.status === 'active' && lookup.tenant.accountId === accountId)
      return installationId;
  }
  return undefined;
}
