import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** At which command the server refuses, and how; "550 5.1.1 No such user". */
export interface Refusal {
  readonly at: 'connect' | 'mail' | 'rcpt' | 'data'
  readonly reply: string
}

/**
 * hang: silent at that command. lose-answer: takes the message and closes the connection instead of answering.
 * cut: closes the connection when the message comes and takes nothing.
 */
export type Behaviour = 'take' | Refusal | { readonly hang: Refusal['at'] } | 'lose-answer' | 'cut'

export interface TakenMail {
  readonly from: string
  readonly to: string
  readonly raw: string
  readonly mail: Email
}

/** A real SMTP server on a free port that can be made to misbehave. */
export class MailServer {
  readonly taken: TakenMail[] = []
  /** For each mail anew. */
  behave: (recipient: string) => Behaviour = () => 'take'
  connections = 0
  attempts = 0
  #server: SMTPServer | undefined
  #port = 0
  readonly #options: SMTPServerOptions

  constructor(options: SMTPServerOptions = {}) {
    this.#options = options
  }

  get port(): number {
    return this.#port
  }

  url(more = ''): string {
    return `smtp://127.0.0.1:${this.#port}${more}`
  }

  /** What it took, and how it misbehaves. */
  forget(): void {
    this.taken.length = 0
    this.behave = () => 'take'
    this.connections = 0
    this.attempts = 0
  }

  /** Does nothing when it runs. */
  async start(): Promise<this> {
    if (this.#server !== undefined) return this
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 50,
      onConnect: (_, done) => {
        this.connections += 1
        this.#at('connect', '', done)
      },
      onMailFrom: (_, __, done) => this.#at('mail', '', done),
      onRcptTo: ({ address }, _, done) => {
        this.attempts += 1
        this.#at('rcpt', address, done)
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = []
        const to = session.envelope.rcptTo[0]?.address ?? ''
        const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const raw = Buffer.concat(chunks).toString()
          const behaviour = this.behave(to)
          void PostalMime.parse(raw).then((mail) => {
            if (behaviour === 'cut') return this.#cut()
            const silent = typeof behaviour === 'object' && 'hang' in behaviour && behaviour.hang === 'data'
            const refused = typeof behaviour === 'object' && 'at' in behaviour && behaviour.at === 'data'
            if (!silent && !refused) this.taken.push({ from, to, raw, mail })
            if (behaviour === 'lose-answer') return this.#cut()
            this.#at('data', to, done)
          })
        })
      },
      ...this.#options,
    })
    this.#server = server
    server.on('error', () => undefined)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', () => resolve())
    })
    this.#port = (server.server.address() as AddressInfo).port
    return this
  }

  /** The port stays the same for the next start. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const stopped = new Promise<void>((resolve) => server.close(() => resolve()))
    this.#destroyConnections(server)
    await stopped
  }

  #cut(): void {
    if (this.#server !== undefined) this.#destroyConnections(this.#server)
  }

  #destroyConnections(server: SMTPServer): void {
    for (const connection of server.connections) {
      ;(connection as unknown as { _socket: { destroy(): void } })._socket.destroy()
    }
  }

  #at(at: Refusal['at'], recipient: string, done: (error?: Error | null) => void): void {
    const behaviour = this.behave(recipient)
    if (typeof behaviour === 'object' && 'hang' in behaviour && behaviour.hang === at) return
    if (typeof behaviour === 'object' && 'at' in behaviour && behaviour.at === at) {
      const [, code = '554', text = ''] = /^(\d{3}) (.*)$/.exec(behaviour.reply) ?? []
      done(Object.assign(new Error(text), { responseCode: Number(code) }))
    } else done()
  }
}
