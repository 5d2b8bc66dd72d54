import { Refusal } from '../refusal.ts'
import { developmentGrantType } from './development-grant.ts'

export interface TokenRequest {
  username: string
  /** Where the development identity provider listens on this machine. */
  port: number
  developmentGrant: string
}

/** An access token of a demo user from the running development identity provider. */
export async function developmentToken({ username, port, developmentGrant }: TokenRequest): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: developmentGrantType,
      client_id: 'fairlead-cli',
      username,
      secret: developmentGrant,
    }),
  })
  return tokenIn(response, username)
}

/**
 * The same from an issuer of the user's own, by the password grant of the client fairlead-cli, which a development realm
 * allows. Its users have their names as passwords, as the demo users do.
 */
export async function passwordToken(issuer: string, username: string): Promise<string> {
  const metadataUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const metadata = await fetch(metadataUrl).catch((error: unknown) => {
    throw new Refusal(`${metadataUrl} cannot be read; is FAIRLEAD_OIDC_ISSUER right, and does it run?`, {
      cause: error,
    })
  })
  if (!metadata.ok)
    throw new Refusal(`${metadataUrl} answered ${metadata.status}; is FAIRLEAD_OIDC_ISSUER right?`)
  const { token_endpoint: endpoint } = (await metadata.json()) as { token_endpoint: string }
  const response = await fetch(endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'fairlead-cli',
      username,
      password: username,
      scope: 'openid',
    }),
  })
  return tokenIn(response, username)
}

async function tokenIn(response: Response, username: string): Promise<string> {
  const answer = (await response.json()) as {
    access_token?: string
    error_description?: string
    error?: string
  }
  if (answer.access_token !== undefined) return answer.access_token
  throw new Refusal(
    `No token for ${username}: ${answer.error_description ?? answer.error ?? response.status}.`,
  )
}
