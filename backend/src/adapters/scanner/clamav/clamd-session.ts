import { connect, type Socket } from 'node:net'
import { ScannerUnavailable } from '../../../ports/scanner.ts'

export interface ClamdAddress {
  readonly host: string
  readonly port: number
}

export interface SessionTimes {
  /** Until the connection stands. */
  readonly connectMs: number
  /** For clamd to take more of what is sent, or to answer a command that needs no scan. */
  readonly answerMs: number
  /** For the verdict, after the last byte. */
  readonly verdictMs: number
}

/** What is on its way to clamd while more is read: neither waits for the other. */
const WAITING_BYTES = 512 * 1024
/** A reply longer than this is none of clamd's. */
const REPLY_MAX_BYTES = 16 * 1024

/**
 * One command of one connection: clamd(8), "COMMANDS". The client libraries that there are neither end a scan when its
 * caller is gone, nor tell a scanner that went away from one that has no verdict.
 */
export class ClamdSession {
  readonly #socket: Socket
  readonly #times: SessionTimes
  readonly #reply = Promise.withResolvers<string>()
  #over = false
  /** Resolves when more may be sent, or nothing more need be. */
  #room: PromiseWithResolvers<void> | undefined
  #received = ''

  constructor({ host, port }: ClamdAddress, times: SessionTimes, signal: AbortSignal | undefined) {
    this.#times = times
    this.#reply.promise.catch(() => undefined)
    const options = {
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      // Node hands what it does not know itself to the stream.
      writableHighWaterMark: WAITING_BYTES,
    }
    const socket = connect(options)
    this.#socket = socket
    const away = (why: string, cause?: unknown) =>
      this.#end(() => this.#reply.reject(new ScannerUnavailable(why, { cause })))
    const abort = () => {
      this.#end(() => this.#reply.reject(signal?.reason))
      socket.destroy()
    }
    socket.setTimeout(times.connectMs)
    socket.once('connect', () => socket.setTimeout(times.answerMs))
    socket.on('timeout', () => {
      away(`clamd at ${host}:${port} was silent for ${(socket.timeout ?? 0) / 1000} s.`)
      socket.destroy()
    })
    socket.on('drain', () => this.#room?.resolve())
    socket.on('data', (data) => this.#receive(data))
    socket.on('error', (error) => away(`clamd at ${host}:${port} is not reached: ${error.message}`, error))
    socket.on('close', () => {
      signal?.removeEventListener('abort', abort)
      away(`clamd at ${host}:${port} ended the connection without an answer.`)
    })
    if (signal?.aborted === true) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  }

  /** A command that needs no content. */
  command(name: string): Promise<string> {
    this.#socket.write(`z${name}\0`)
    return this.#reply.promise
  }

  /** Begins what `send` and `finish` go on with. */
  begin(): void {
    this.#socket.write('zINSTREAM\0')
  }

  /** False when clamd has answered already, or is gone: `finish` then tells which. */
  async send(chunk: Uint8Array): Promise<boolean> {
    if (this.#over) return false
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32BE(chunk.length)
    const socket = this.#socket
    socket.cork()
    socket.write(length)
    const more = socket.write(chunk)
    socket.uncork()
    if (more) return true
    this.#room = Promise.withResolvers()
    await this.#room.promise
    return !this.#over
  }

  /** The end of the content; clamd's answer. */
  finish(): Promise<string> {
    if (!this.#over) {
      this.#socket.setTimeout(this.#times.verdictMs)
      this.#socket.write(Buffer.alloc(4))
    }
    return this.#reply.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(data: Buffer): void {
    this.#received += data.toString('utf8')
    const end = this.#received.indexOf('\0')
    if (end < 0 && this.#received.length < REPLY_MAX_BYTES) return
    const reply = this.#received.slice(0, end < 0 ? REPLY_MAX_BYTES : end)
    this.#end(() => this.#reply.resolve(reply))
    this.#socket.destroy()
  }

  #end(settle: () => void): void {
    if (this.#over) return
    this.#over = true
    settle()
    this.#room?.resolve()
  }
}
