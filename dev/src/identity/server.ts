import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Provider } from 'oidc-provider'
import type { DemoAccount } from './accounts.ts'
import { signInHandler } from './sign-in.ts'

const assets = new Map(
  [
    ['sign-in.css', 'text/css; charset=utf-8'],
    ['submit.js', 'text/javascript; charset=utf-8'],
  ].map(([name = '', type]) => [
    `/assets/${name}`,
    { type, body: readFileSync(join(import.meta.dirname, 'assets', name)) },
  ]),
)

/** The provider under its issuer's path, the sign-in page and its parts, and /healthz. */
export function createIdentityServer(provider: Provider, accounts: DemoAccount[]): Server {
  const issuer = new URL(provider.issuer)
  const policy = contentSecurityPolicy(issuer)
  const signIn = signInHandler(provider, accounts)
  const protocol = provider.callback()

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = request.url ?? '/'
    if (!isOwnName(request.headers.host)) {
      response.writeHead(421, { 'content-type': 'text/plain' }).end('Not a name of this provider.\n')
      return
    }
    if (url === '/healthz') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n')
      return
    }
    if (!url.startsWith(`${issuer.pathname}/`)) {
      response.writeHead(404).end()
      return
    }
    response.setHeader('content-security-policy', policy)
    const path = url.slice(issuer.pathname.length)
    const asset = assets.get(path)
    if (asset !== undefined) {
      response.writeHead(200, { 'content-type': asset.type, 'cache-control': 'no-cache' }).end(asset.body)
      return
    }
    if (path.startsWith('/sign-in/')) return signIn(request, response)
    // oidc-provider tells from the two where it is mounted.
    Object.assign(request, { originalUrl: url, url: path })
    await protocol(request, response)
  }

  return createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error(error)
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
      response.end('The development identity provider failed; its log says why.\n')
    })
  })
}

/**
 * Its passwords are known, so no page whose name was made to mean this machine (DNS rebinding) may be of its
 * origin.
 */
function isOwnName(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host ?? '')
}

/**
 * Forms lead back to the page that asked for the sign-in, which browsers count as the form's target.
 * oidc-provider itself adds the hash of its one-line script where it sends one.
 */
function contentSecurityPolicy({ port }: URL): string {
  const origins = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${port === '' ? '80' : port}`)
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    `form-action 'self' ${origins.join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}
