import { Readable } from 'node:stream'
import { domainToASCII } from 'node:url'
import MailComposer from 'nodemailer/lib/mail-composer'
import type { MailAttempt, MailOutcome, MailTransport, OutgoingMail } from '../../ports/mail.ts'
import { refusedKind, type SmtpStage } from './smtp-outcome.ts'
import { SmtpError, SmtpSession, type SmtpTimeouts } from './smtp-session.ts'
import { parseSmtpUrl } from './smtp-url.ts'

export interface SmtpTransportOptions {
  /** FAIRLEAD_SMTP_URL, as parseSmtpUrl takes it. */
  readonly url: string
  /** An address, or "Name <address>". */
  readonly from: string
  readonly timeouts?: Partial<SmtpTimeouts>
}

const defaultTimeouts: SmtpTimeouts = { connectMs: 20_000, silenceMs: 30_000, mailMs: 60_000 }
/** Servers limit both; a connection that stood idle longer may be half closed. */
const MAILS_PER_SESSION = 100
const IDLE_MS = 10_000
const IDLE_SESSIONS = 8
const RESPONSE_CHARACTERS = 500

const stages: Readonly<Record<string, SmtpStage>> = {
  'MAIL FROM': 'SENDER',
  'RCPT TO': 'RECIPIENT',
  DATA: 'MESSAGE',
}

class AttemptTimeout extends Error {
  override readonly name = 'AttemptTimeout'
}

/** Sends over SMTP, with connections kept for further mails. */
export function createMailTransport(options: SmtpTransportOptions): MailTransport {
  const server = parseSmtpUrl(options.url)
  const from = parseSender(options.from)
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const idle: { session: SmtpSession; timer: NodeJS.Timeout }[] = []
  const busy = new Set<SmtpSession>()
  let closed = false

  function takeIdle(): SmtpSession | undefined {
    for (let next = idle.pop(); next !== undefined; next = idle.pop()) {
      clearTimeout(next.timer)
      if (next.session.open) return next.session
    }
    return undefined
  }

  function keep(session: SmtpSession): void {
    if (closed || session.sent >= MAILS_PER_SESSION || idle.length >= IDLE_SESSIONS) {
      session.quit()
      return
    }
    const timer = setTimeout(() => {
      const at = idle.findIndex((entry) => entry.session === session)
      if (at !== -1) idle.splice(at, 1)
      session.quit()
    }, IDLE_MS)
    timer.unref()
    idle.push({ session, timer })
  }

  async function attemptOnce(
    prepared: Prepared,
    attempt: MailAttempt,
    reuse: boolean,
  ): Promise<MailOutcome | 'STALE'> {
    const limit = new AbortController()
    const timer = setTimeout(
      () => limit.abort(new AttemptTimeout(`The mail server took longer than ${timeouts.mailMs / 1000} s.`)),
      timeouts.mailMs,
    )
    const signal = AbortSignal.any([attempt.signal, limit.signal])
    let handedOver = false
    let refusal: { error: unknown } | undefined
    async function* message() {
      try {
        await attempt.beforeMessage()
      } catch (error) {
        refusal = { error }
        throw error
      }
      handedOver = true
      yield prepared.message
    }
    const idleSession = reuse ? takeIdle() : undefined
    let session = idleSession
    try {
      session ??= await SmtpSession.begin(server, from.domain, timeouts, signal)
      busy.add(session)
      const envelope = { from: from.address, to: [prepared.to], size: prepared.message.length }
      const source = Readable.from(message(), { objectMode: false })
      const response = await session.send(envelope, source, signal)
      keep(session)
      return { kind: 'SENT', response: oneLine(response) }
    } catch (error) {
      if (refusal !== undefined) throw refusal.error
      if (attempt.signal.aborted && !handedOver) throw attempt.signal.reason
      // An idle connection that the server has ended tells nothing about the server.
      const lost = !(error instanceof SmtpError) || error.reply === undefined || error.reply.startsWith('421')
      if (idleSession !== undefined && !handedOver && lost && !limit.signal.aborted) return 'STALE'
      return outcomeOf(error, session !== undefined, handedOver)
    } finally {
      clearTimeout(timer)
      if (session !== undefined) busy.delete(session)
    }
  }

  return {
    async send(mail, attempt) {
      attempt.signal.throwIfAborted()
      const to = asciiDomain(mail.to)
      if (to === undefined) return { kind: 'REJECTED', response: '553 5.1.3 This is no address of mail.' }
      const prepared = { to, message: await messageOf(mail, to, options.from) }
      const outcome = await attemptOnce(prepared, attempt, true)
      if (outcome !== 'STALE') return outcome
      const again = await attemptOnce(prepared, attempt, false)
      if (again === 'STALE') throw new Error('a new connection was taken for an idle one')
      return again
    },
    async close() {
      closed = true
      for (const { session, timer } of idle.splice(0)) {
        clearTimeout(timer)
        session.quit()
      }
      for (const session of busy) session.close()
    },
  }
}

interface Prepared {
  readonly to: string
  readonly message: Buffer
}

function outcomeOf(error: unknown, inSession: boolean, handedOver: boolean): MailOutcome {
  if (!(error instanceof SmtpError)) {
    const response = oneLine(error instanceof Error ? error.message : String(error))
    return { kind: handedOver ? 'UNANSWERED' : 'UNREACHABLE', response }
  }
  const { reply } = error
  const response = oneLine(reply ?? error.message)
  // An answer to the message, or 421 in its place: it was not taken (RFC 5321, section 4.2.4.2).
  const answered = reply !== undefined && /^[45]/.test(reply)
  if (handedOver && !answered) return { kind: 'UNANSWERED', response }
  if (reply === undefined) return { kind: 'UNREACHABLE', response }
  // 421 within a session ends the session. What it means for the mail is said by its class.
  const closing = inSession && reply.startsWith('421')
  const stage = closing ? 'MESSAGE' : inSession ? (stages[error.command] ?? 'SESSION') : 'SESSION'
  return { kind: refusedKind(stage, reply), response }
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, RESPONSE_CHARACTERS)
}

async function messageOf(mail: OutgoingMail, to: string, from: string): Promise<Buffer> {
  return new MailComposer({
    from,
    to: { name: '', address: to },
    // Line breaks in what others wrote must not begin a header.
    subject: oneLine(mail.subject),
    messageId: mail.messageId,
    date: mail.date,
    text: mail.text,
    html: mail.html,
    headers: Object.fromEntries(Object.entries(mail.headers).map(([name, value]) => [name, oneLine(value)])),
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build()
}

/** The address with its domain as the DNS knows it; undefined when it cannot be one. */
function asciiDomain(address: string): string | undefined {
  const match = /^([^\s\p{Cc}<>@]+|"[^\p{Cc}<>"\\]+")@([^\s\p{Cc}<>@]+)$/u.exec(address)
  const [, local, domain] = match ?? []
  if (local === undefined || domain === undefined) return undefined
  // Whether a name or an address literal, such as [127.0.0.1], exists is for the server to say.
  const ascii = /^[\w.:[\]-]+$/.test(domain) ? domain : domainToASCII(domain)
  return ascii === '' ? undefined : `${local}@${ascii}`
}

/**
 * @param text an address, or "Name <address>"
 * @throws Error that says what is wrong
 */
export function parseSender(text: string): { readonly address: string; readonly domain: string } {
  const bare = /^[^<>]*<([^<>]+)>\s*$/.exec(text)?.[1] ?? text
  const address = /[\r\n]/.test(text) ? undefined : asciiDomain(bare.trim())
  if (address === undefined) {
    throw new Error(
      'the sender of mail is neither an address nor "Name <address>", such as Fairlead <fairlead@example.org>',
    )
  }
  return { address, domain: address.slice(address.lastIndexOf('@') + 1) }
}
