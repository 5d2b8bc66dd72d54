import type { Readable } from 'node:stream'
import SMTPConnection, { type SMTPEnvelope } from 'nodemailer/lib/smtp-connection'
import type { SmtpServer, SmtpTls } from './smtp-url.ts'

export interface SmtpTimeouts {
  /** From the first packet to the end of signing in, with name resolution and TLS. */
  readonly connectMs: number
  /** Without a byte from the server. RFC 5321 would wait 10 minutes for the answer to a message. */
  readonly silenceMs: number
  /** For one mail, with connecting. */
  readonly mailMs: number
}

const tlsOptions: Readonly<Record<SmtpTls, { secure: boolean; requireTLS?: boolean; ignoreTLS?: boolean }>> =
  {
    implicit: { secure: true },
    required: { secure: false, requireTLS: true },
    offered: { secure: false },
    none: { secure: false, ignoreTLS: true },
  }

/** The server's reply, where it gave one, and where in the conversation it did. */
export class SmtpError extends Error {
  override readonly name = 'SmtpError'
  readonly reply: string | undefined
  /** The command that it answers, such as "RCPT TO"; "CONN" for the connection itself. */
  readonly command: string

  constructor(error: SmtpErrorFields & { readonly message: string }) {
    super(error.message, { cause: error })
    this.reply = error.response
    this.command = error.command ?? 'CONN'
  }
}

interface SmtpErrorFields {
  readonly response?: string | undefined
  readonly command?: string | undefined
}

/** One signed-in connection, for one mail after the other. */
export class SmtpSession {
  readonly #connection: SMTPConnection
  sent = 0
  open = true

  private constructor(connection: SMTPConnection) {
    this.#connection = connection
  }

  /**
   * @throws SmtpError
   */
  static async begin(
    server: SmtpServer,
    name: string,
    timeouts: SmtpTimeouts,
    signal: AbortSignal,
  ): Promise<SmtpSession> {
    const connection = new SMTPConnection({
      host: server.host,
      port: server.port,
      name,
      ...tlsOptions[server.tls],
      connectionTimeout: timeouts.connectMs,
      greetingTimeout: timeouts.connectMs,
      dnsTimeout: timeouts.connectMs,
      socketTimeout: timeouts.silenceMs,
      // A reply is read by people.
      maxResponseSize: 64 * 1024,
    })
    const session = new SmtpSession(connection)
    connection.on('end', () => {
      session.open = false
    })
    // While a connection stands idle nobody else listens, and an error that nobody hears ends the process.
    connection.on('error', () => {
      session.open = false
    })
    await session.#until<void>(signal, (done) => {
      connection.connect((error) => {
        if (error !== undefined || server.credentials === undefined) return done(error)
        const { user, password } = server.credentials
        connection.login({ user, pass: password }, (refusal) => done(refusal ?? undefined))
      })
    })
    return session
  }

  /**
   * Resolves with the server's reply.
   * @throws SmtpError
   */
  async send(envelope: SMTPEnvelope, message: Readable, signal: AbortSignal): Promise<string> {
    const reply = await this.#until<string>(signal, (done) => {
      this.#connection.send(envelope, message, (error, info) => done(error ?? undefined, info?.response))
    })
    this.sent += 1
    return reply
  }

  /** Says goodbye, and does not wait for an answer. */
  quit(): void {
    if (!this.open) return
    this.open = false
    this.#connection.quit()
    this.#connection.close()
  }

  close(): void {
    this.open = false
    this.#connection.close()
  }

  /** Whatever ends it badly ends the connection. */
  #until<Value>(
    signal: AbortSignal,
    work: (done: (error: Error | undefined, value?: Value) => void) => void,
  ): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      const settle = () => {
        signal.removeEventListener('abort', aborted)
        this.#connection.off('error', failed)
      }
      const fail = (reason: unknown) => {
        settle()
        this.close()
        reject(reason)
      }
      const aborted = () => fail(signal.reason)
      const failed = (error: Error) => fail(new SmtpError(error))
      if (signal.aborted) return aborted()
      signal.addEventListener('abort', aborted)
      this.#connection.on('error', failed)
      work((error, value) => {
        if (error !== undefined) return failed(error)
        settle()
        resolve(value as Value)
      })
    })
  }
}
