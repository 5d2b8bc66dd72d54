/** What the supervisor tells the development identity provider. */
export interface IdentitySettings {
  port: number
  /** As browsers and tokens have it: http://localhost:10000/auth */
  issuer: string
  /** For the signing key and the sessions. */
  folder: string
  /** Whoever shows it may have a token without signing in (`npm run token`). */
  developmentGrant: string
  /** Lifetime of an access token. */
  tokenSeconds: number
}

const defaultTokenSeconds = 900

export function readIdentitySettings(env: NodeJS.ProcessEnv): IdentitySettings {
  return {
    port: Number(required(env, 'FAIRLEAD_IDENTITY_PORT')),
    issuer: required(env, 'FAIRLEAD_OIDC_ISSUER'),
    folder: required(env, 'FAIRLEAD_IDENTITY_FOLDER'),
    developmentGrant: required(env, 'FAIRLEAD_DEVELOPMENT_GRANT'),
    tokenSeconds: seconds(env['FAIRLEAD_DEV_TOKEN_SECONDS']),
  }
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set; the supervisor sets it`)
  return value
}

function seconds(text: string | undefined): number {
  const value = text === undefined || text === '' ? defaultTokenSeconds : Number(text)
  if (Number.isInteger(value) && value >= 5 && value <= 86_400) return value
  throw new Error(`FAIRLEAD_DEV_TOKEN_SECONDS is "${text}"; it must be a whole number from 5 to 86400`)
}
