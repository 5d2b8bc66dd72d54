import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { type Listener, listen } from '../../../database/index.ts'
import type { MailOutcome, MailTransport } from '../../../ports/mail.ts'
import type { WorkerPart } from '../worker-part.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import { attemptMail, type MailAttemptDeps } from './mail-attempt.ts'
import { composeDue } from './mail-composer.ts'
import { createMailMetrics } from './mail-metrics.ts'
import type { MailPreferences } from './mail-preferences.ts'
import { type ClaimedMail, LeaseLost, MailStore } from './mail-store.ts'
import { MAIL_CHANNEL } from './queue-mail.ts'
import { unsubscribeTokens } from './unsubscribe-token.ts'

export interface MailSenderOptions {
  readonly dataSource: DataSource
  readonly databaseUrl: string
  readonly transport: MailTransport
  /** "Fairlead <fairlead@example.org>" */
  readonly from: string
  /** What links begin with; without "/" at the end. */
  readonly publicUrl: string
  /** Mails to one address within an hour, at most. */
  readonly hourlyLimit: number
  readonly preferences: MailPreferences
  /** 32 bytes for one purpose. */
  readonly deriveKey: (purpose: string) => Buffer
  readonly log: Logger
  /** Where figures of mail are registered. */
  readonly registry?: Registry | undefined
  /** Default: the system's clock. */
  readonly clock?: () => Date
  /** In [0, 1). Default: Math.random. */
  readonly random?: () => number
  /** How often what is due is looked for, beside the notices of new mail. Default: 5 s. */
  readonly pollMs?: number
}

export interface MailSender extends WorkerPart {
  /** Composes and sends what is due by the clock. */
  settle(): Promise<void>
}

/** Mails under way at a time: what a mail server grants one client without asking. */
const SLOTS = 4
const POLL_MS = 5_000
const PRUNE_MS = 3_600_000
/** Mails under way are cut off then, and tried again by whoever comes next. */
const STOP_MS = 5_000
/** The database has not answered for so long. */
const UNHEALTHY_MS = 120_000

/** Sends mail as it comes due, and again where it was not taken; any number of them beside one another. */
export function createMailSender(options: MailSenderOptions): MailSender {
  const { dataSource, log } = options
  const clock = options.clock ?? (() => new Date())
  const random = options.random ?? Math.random
  const store = new MailStore(dataSource)
  const metrics = createMailMetrics(options.registry, dataSource)
  const breaker = new CircuitBreaker(clock, random)
  const deps: MailAttemptDeps = {
    dataSource,
    store,
    transport: options.transport,
    preferences: options.preferences,
    tokens: unsubscribeTokens(options.deriveKey('unsubscribe')),
    publicUrl: options.publicUrl,
    clock,
    random,
  }
  const composing = {
    dataSource,
    preferences: options.preferences,
    hourlyLimit: options.hourlyLimit,
    domain: /@([^>\s]+)>?\s*$/.exec(options.from)?.[1] ?? 'localhost',
  }
  const stopping = new AbortController()
  const cutting = new AbortController()
  const composeBell = new Bell()
  const sendBell = new Bell()
  let listener: Listener | undefined
  let loops: Promise<unknown> | undefined
  let lastTurn = Date.now()
  let pruneTime = 0
  /** What this worker last told the operator of the server. */
  let reported: string | undefined

  async function compose(): Promise<void> {
    while (!stopping.signal.aborted && (await composeDue(composing, clock())) > 0) sendBell.ring()
    const now = clock()
    if (now.getTime() - pruneTime >= PRUNE_MS) {
      await store.prune(now)
      pruneTime = now.getTime()
    }
  }

  async function send(): Promise<void> {
    const released = await store.releaseExpired(clock())
    if (released > 0) log.warn({ released }, 'mails of a worker that ended are taken over')
    // All of them, whatever one meets: none may go on beside the next turn, or after the stop.
    const slots = await Promise.allSettled(Array.from({ length: SLOTS }, () => slot()))
    for (const ended of slots) if (ended.status === 'rejected') throw ended.reason
  }

  /** One mail after the other until none is due, or the server is not there. */
  async function slot(): Promise<void> {
    while (!stopping.signal.aborted && breaker.enter()) {
      let mail: ClaimedMail | undefined
      try {
        mail = await store.claim(clock())
        if (mail === undefined) {
          breaker.leave()
          return
        }
        const { outcome } = await attemptMail(deps, mail, cutting.signal)
        await weigh(mail, outcome)
      } catch (error) {
        breaker.leave()
        if (!(error instanceof LeaseLost)) throw error
        log.warn({ mail: mail?.id }, 'a mail was taken over during its attempt')
      }
    }
  }

  async function weigh(mail: ClaimedMail, outcome: MailOutcome | undefined): Promise<void> {
    if (outcome === undefined) {
      breaker.leave()
      return
    }
    const { kind, response } = outcome
    metrics.attempted(kind)
    const attempt = { mail: mail.id, outcome: kind, response }
    const gone = kind === 'UNREACHABLE' || kind === 'UNANSWERED'
    if (gone) breaker.fail()
    else breaker.pass()
    if (kind === 'SENT') log.info(attempt, 'a mail was sent')
    else log.warn(gone ? { ...attempt, retryMs: breaker.closedForMs } : attempt, 'a mail was not sent')
    const problem = gone ? response : kind === 'SENT' ? '' : reported
    if (problem === undefined || problem === reported) return
    await store.reportServer(problem, clock())
    reported = problem
  }

  async function loop(bell: Bell, turn: () => Promise<void>, what: string): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await turn()
        lastTurn = Date.now()
      } catch (error) {
        log.error({ err: error }, what)
      }
      await bell.wait(options.pollMs ?? POLL_MS, stopping.signal)
    }
  }

  return {
    async start() {
      listener = await listen(options.databaseUrl, { channels: [MAIL_CHANNEL], log })
      const wake = () => {
        composeBell.ring()
        sendBell.ring()
      }
      listener.on('notification', wake)
      listener.on('resync', wake)
      loops = Promise.all([
        loop(composeBell, compose, 'composing mail failed'),
        loop(sendBell, send, 'sending mail failed'),
      ])
    },
    async stop() {
      stopping.abort()
      await listener?.close()
      const timer = setTimeout(() => cutting.abort(new Error('the worker stops')), STOP_MS)
      await loops
      clearTimeout(timer)
    },
    healthy: () => Date.now() - lastTurn < UNHEALTHY_MS,
    async settle() {
      await compose()
      await send()
    },
  }
}

/** Ends a wait early; a ring while nobody waits ends the next one at once. */
class Bell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        const wake = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', wake)
          this.#wake = undefined
          resolve()
        }
        this.#wake = wake
        signal.addEventListener('abort', wake)
      })
    }
    this.#rung = false
  }
}
