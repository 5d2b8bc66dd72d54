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
