import { isIP } from 'node:net'

/**
 * implicit: TLS from the first byte on. required: STARTTLS, or no mail. offered: STARTTLS when the server knows it.
 */
export type SmtpTls = 'implicit' | 'required' | 'offered' | 'none'

export interface SmtpServer {
  readonly host: string
  readonly port: number
  readonly tls: SmtpTls
  readonly credentials: { readonly user: string; readonly password: string } | undefined
}

const modes = new Set(['required', 'offered', 'none'])
/** RFC 8314 for submission, with TLS from the start and with STARTTLS. */
const SUBMISSIONS_PORT = 465
const SUBMISSION_PORT = 587

/**
 * smtps://user:password@host:465, smtp://user:password@host:587 or smtp://host:25?tls=none. With smtp:, a password
 * goes over TLS only, unless the server is this machine; `tls` says otherwise.
 *
 * @throws Error that says what is wrong, without the password
 */
export function parseSmtpUrl(text: string): SmtpServer {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '') {
    throw new Error(
      'the address of the mail server is not a URL like smtps://user:password@mail.example.org or smtp://localhost:2525',
    )
  }
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'tls')
  if (unknown !== undefined)
    throw new Error(`the address of the mail server has the unknown option ${unknown}; the only one is tls`)
  if (!['', '/'].includes(url.pathname))
    throw new Error('the address of the mail server has a path after the host; leave it out')
  const tls = url.searchParams.get('tls')
  if (tls !== null && (url.protocol === 'smtps:' || !modes.has(tls))) {
    throw new Error(
      'the address of the mail server has a tls option that is none of required, offered and none, or stands with smtps:',
    )
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const user = decode(url.username)
  const credentials = user === '' ? undefined : { user, password: decode(url.password) }
  const secure = url.protocol === 'smtps:'
  return {
    host,
    port: url.port === '' ? (secure ? SUBMISSIONS_PORT : SUBMISSION_PORT) : Number(url.port),
    tls: secure ? 'implicit' : ((tls as SmtpTls | null) ?? defaultTls(host, credentials !== undefined)),
    credentials,
  }
}

function defaultTls(host: string, hasPassword: boolean): SmtpTls {
  return hasPassword && !isLoopback(host) ? 'required' : 'offered'
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw new Error(
      'the address of the mail server has a user name or password with a % that encodes nothing; write % as %25',
      { cause },
    )
  }
}
