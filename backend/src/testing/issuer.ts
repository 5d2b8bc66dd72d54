import { randomUUID, webcrypto } from 'node:crypto'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose'
import type { OidcSettings } from '../settings.ts'

type KeyAlgorithm = 'RS256' | 'ES256'

export interface TestIssuer {
  readonly oidc: OidcSettings
  /** An access token as a well-behaved issuer makes them; claims and header replace or, by undefined, remove. */
  sign(claims?: Record<string, unknown>, header?: Partial<JWTHeaderParameters>): Promise<string>
  /** Of a demo-like user: subject "dev-NAME", verified address NAME@example.org. */
  tokenOf(name: string): Promise<string>
  /** Signs with a new key from now on, which is listed beside the old ones. */
  rotate(algorithm?: KeyAlgorithm): Promise<void>
  /** The public key that verifies now, as PEM. */
  publicKeyPem(): string
  /** How often the keys were fetched. */
  readonly keyFetches: number
  /** Answers nothing but 503 while true. */
  failing: boolean
  stop(): Promise<void>
}

/** An OpenID Connect issuer over real HTTP: discovery, keys, and tokens signed by them. */
export async function startTestIssuer(): Promise<TestIssuer> {
  const keys: Record<string, unknown>[] = []
  let current: { kid: string; algorithm: KeyAlgorithm; pair: webcrypto.CryptoKeyPair }
  let keyFetches = 0
  let publicKeyPem = ''

  const server = createServer((request, response) => {
    const address = `http://${request.headers.host}`
    const path = request.url ?? ''
    if (self.failing) response.writeHead(503).end()
    else if (path === '/.well-known/openid-configuration') {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ issuer: self.oidc.issuer, jwks_uri: `${address}/jwks` }))
    } else if (path === '/jwks') {
      keyFetches++
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }))
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const issuer = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`

  const self: TestIssuer = {
    oidc: {
      issuer,
      discoveryUrl: `${issuer}/.well-known/openid-configuration`,
      audience: 'fairlead',
      clients: ['fairlead-web', 'fairlead-cli'],
      groupsClaim: undefined,
    },
    failing: false,
    get keyFetches() {
      return keyFetches
    },
    publicKeyPem: () => publicKeyPem,
    async sign(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000)
      const payload: Record<string, unknown> = {
        iss: issuer,
        aud: 'fairlead',
        sub: 'dev-alice',
        azp: 'fairlead-web',
        iat: now,
        exp: now + 600,
        ...claims,
      }
      for (const [name, value] of Object.entries(payload)) if (value === undefined) delete payload[name]
      return new SignJWT(payload)
        .setProtectedHeader({ alg: current.algorithm, kid: current.kid, typ: 'at+jwt', ...header })
        .sign(current.pair.privateKey)
    },
    tokenOf: (name) =>
      self.sign({
        sub: `dev-${name}`,
        email: `${name}@example.org`,
        email_verified: true,
        name: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
      }),
    async rotate(algorithm = 'RS256') {
      const pair = await generateKeyPair(algorithm, { extractable: true })
      const kid = randomUUID()
      current = { kid, algorithm, pair: pair as webcrypto.CryptoKeyPair }
      publicKeyPem = Buffer.from(await webcrypto.subtle.exportKey('spki', current.pair.publicKey)).toString(
        'base64',
      )
      keys.push({ ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' })
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  await self.rotate()
  return self
}
