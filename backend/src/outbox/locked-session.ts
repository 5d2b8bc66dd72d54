import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import type { Database } from './outbox-event.ts'

/**
 * A connection that holds a lock which one process at a time can have. What must only happen while it is held is sent
 * through it: once the lock is lost, so is the connection.
 */
export interface LockedSession extends Database {
  /** Aborted when the lock is lost, or is to be given up. */
  readonly signal: AbortSignal
  /** Resolves when the outbox was written to since the last call, at the latest after `timeoutMs`, or when aborted. */
  written(timeoutMs: number): Promise<void>
}

export interface LockOptions {
  readonly databaseUrl: string
  /** One holder of a name in the database. */
  readonly name: string
  readonly log: Logger
}

export interface Lock {
  /** Whether this process holds it. */
  held(): boolean
  /** Gives it up once the work has ended. */
  close(): Promise<void>
}

/** How often those without the lock try to get it. */
const TRY_MS = 250
const CONNECT_TIMEOUT_MS = 5_000
/** A holder that cannot say so for this long has lost the lock, by the server's clock. */
const SILENCE_MAX_S = 20
const PROBE_MS = 5_000
const QUERY_TIMEOUT_MS = 30_000
const LAST_RETRY_MS = 5_000
/** Notified by a trigger on the outbox, so that whoever writes there need not know of it. */
const CHANNEL = 'fairlead_outbox'

/**
 * Does the work whenever this process gets the lock, until closed. The work goes on until its session's signal; when
 * it throws before, it is begun again, here or by another process; when it ends before, by another one rather.
 */
export function whileLocked(options: LockOptions, work: (session: LockedSession) => Promise<void>): Lock {
  const closed = new AbortController()
  let isHeld = false
  const ended = run()

  async function run(): Promise<void> {
    for (let attempt = 0; !closed.signal.aborted; attempt++) {
      const session = new Session(options, closed.signal)
      let leftTo: 'ANYONE' | 'OTHERS' = 'ANYONE'
      try {
        await session.connect()
        if (!(await session.acquire())) continue
        isHeld = true
        const since = performance.now()
        try {
          await work(session)
          leftTo = 'OTHERS'
        } finally {
          if (performance.now() - since > LAST_RETRY_MS) attempt = 0
        }
      } catch (error) {
        if (closed.signal.aborted) break
        options.log.warn({ err: error, reader: options.name }, 'a reader of the outbox begins again')
      } finally {
        isHeld = false
        await session.end()
      }
      if (leftTo === 'OTHERS') await pause(2 * TRY_MS, closed.signal)
      await pause(Math.min(LAST_RETRY_MS, 100 * 2 ** attempt) * (0.5 + Math.random() / 2), closed.signal)
    }
  }

  return {
    held: () => isHeld,
    async close() {
      closed.abort()
      await ended
    },
  }
}

/** Ends early, without an error, when aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined)
}

const noop = () => undefined

class Session implements LockedSession {
  readonly signal: AbortSignal
  readonly #options: LockOptions
  readonly #client: pg.Client
  readonly #lost = new AbortController()
  readonly #statements = new Map<string, string>()
  #answered: Promise<void> = Promise.resolve()
  #probe: NodeJS.Timeout | undefined
  #isWritten = false
  #wake: (() => void) | undefined

  constructor(options: LockOptions, closed: AbortSignal) {
    this.#options = options
    this.signal = AbortSignal.any([closed, this.#lost.signal])
    this.signal.addEventListener('abort', () => this.#wake?.())
    this.#client = new pg.Client({
      connectionString: options.databaseUrl,
      application_name: `fairlead bus ${options.name}`,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    })
    this.#client.on('error', (error) => this.#lost.abort(error))
    this.#client.on('end', () => this.#lost.abort(new Error('the connection ended')))
    this.#client.on('notification', () => {
      this.#isWritten = true
      this.#wake?.()
    })
  }

  async connect(): Promise<void> {
    await this.#client.connect()
    await this.#client.query(`set idle_session_timeout = '${SILENCE_MAX_S}s'`)
    this.#probe = setInterval(() => {
      // Its loss is heard of by the client's error, and a timeout here.
      this.query('select 1').catch((error: unknown) => this.#lost.abort(error))
    }, PROBE_MS)
  }

  /** Waits for the lock; false when aborted. */
  async acquire(): Promise<boolean> {
    while (!this.signal.aborted) {
      const [got] = await this.query<{ locked: boolean }>(
        `select pg_try_advisory_lock(hashtextextended('fairlead bus ' || $1, 0)) as locked`,
        [this.#options.name],
      )
      if (got?.locked === true) {
        await this.query(`listen ${CHANNEL}`)
        return true
      }
      await pause(TRY_MS * (0.75 + Math.random() / 2), this.signal)
    }
    return false
  }

  async query<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    if (this.#lost.signal.aborted) throw new Error('the lock is lost', { cause: this.#lost.signal.reason })
    let name = this.#statements.get(sql)
    if (name === undefined) {
      name = `s${this.#statements.size}`
      this.#statements.set(sql, name)
    }
    const statement = { name, text: sql, values }
    // One after the other, as the connection answers them.
    const answer = this.#answered.then(() => this.#client.query(statement))
    this.#answered = answer.then(noop, noop)
    return (await answer).rows as Row[]
  }

  async written(timeoutMs: number): Promise<void> {
    if (!this.#isWritten && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = globalThis.setTimeout(resolve, timeoutMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#wake = undefined
    this.#isWritten = false
  }

  async end(): Promise<void> {
    clearInterval(this.#probe)
    this.#lost.abort(new Error('closed'))
    // It may be gone already.
    await Promise.race([this.#client.end().catch(() => undefined), setTimeout(CONNECT_TIMEOUT_MS)])
  }
}
