import { createHash, timingSafeEqual } from 'node:crypto'
import { errors, type KoaContextWithOIDC, type Provider, type ResourceServer } from 'oidc-provider'
import { type DemoAccount, subjectOf } from './accounts.ts'

/** A demo user's token for whoever can read this home's secrets. There is no such grant outside development. */
export const developmentGrantType = 'urn:fairlead:grant-type:development'

interface Options {
  secret: string
  accounts: DemoAccount[]
  resource: string
  resourceServer: ResourceServer
}

export function grantDevelopmentToken({ secret, accounts, resource, resourceServer }: Options) {
  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    const { client, params, provider } = ctx.oidc
    if (client === undefined) throw new errors.InvalidClient('client is required')
    if (!same(String(params?.['secret'] ?? ''), secret)) throw new errors.InvalidGrant('the secret is wrong')
    const account = accounts.find(({ username }) => username === params?.['username'])
    if (account === undefined) throw new errors.InvalidGrant('there is no such demo user')
    const accountId = subjectOf(account)
    const token = new provider.AccessToken({
      accountId,
      client,
      claims: {},
      grantId: await grantFor(provider, client.clientId, accountId, resource, resourceServer.scope),
      gty: developmentGrantType,
      scope: resourceServer.scope,
    })
    token.resourceServer = new provider.ResourceServer(resource, resourceServer)
    ctx.oidc.entity('AccessToken', token)
    ctx.body = {
      access_token: await token.save(),
      token_type: 'Bearer',
      expires_in: token.expiration,
      scope: resourceServer.scope,
    }
  }
}

async function grantFor(
  provider: Provider,
  clientId: string,
  accountId: string,
  resource: string,
  scope: string,
) {
  const grant = new provider.Grant({ clientId, accountId })
  grant.addOIDCScope(scope)
  grant.addResourceScope(resource, scope)
  return grant.save()
}

/** In constant time, whatever the lengths. */
function same(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
