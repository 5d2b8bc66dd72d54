import { Refusal } from '../refusal.ts'

const withinMs = 5000

/** Refuses an issuer of the user's own that does not answer: without it the backend would wait, and nobody could sign in. */
export async function checkOutsideIssuer(issuer: string, env: NodeJS.ProcessEnv): Promise<void> {
  const address =
    env['FAIRLEAD_OIDC_DISCOVERY_URL'] || `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const problem = await fetch(address, { signal: AbortSignal.timeout(withinMs) }).then(
    (response) => (response.ok ? undefined : `it answers ${response.status}`),
    (error: unknown) => String((error instanceof Error && error.cause) || error),
  )
  if (problem === undefined) return
  throw new Refusal(
    `The issuer at ${address} cannot be used (${problem}); start it, correct FAIRLEAD_OIDC_ISSUER, or unset it to sign in with the demo accounts.`,
  )
}
