import type { DataSource } from 'typeorm'
import type { InboxHead, PushSender } from '../../../ports/push.ts'
import type { NotificationRecord } from '../inbox/notification.ts'
import { rows } from '../sql.ts'

const INTERVAL_MS = 10_000
const TOLD_FOR_MS = 90_000

export interface HeadsOptions {
  readonly dataSource: DataSource
  readonly push: PushSender
  readonly onError: (error: unknown) => void
  /** Default 10 s. */
  readonly intervalMs?: number
}

/**
 * Names the last sequence of every inbox that grew lately, again and again: whoever missed the push of it finds out.
 */
export class Heads {
  readonly #options: HeadsOptions
  readonly #grown = new Map<string, { lastSequence: number; untilMs: number }>()
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> = Promise.resolve()
  #lastHandledMs: number | undefined

  constructor(options: HeadsOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sending = this.#sending.then(() => this.send()).catch(this.#options.onError)
    }, this.#options.intervalMs ?? INTERVAL_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sending
  }

  /**
   * Before events are handled. Whoever handled those before may have died with what it had to tell, so what grew under
   * it is read: at first, and whenever this process has handled none for a while.
   */
  async takeOver(): Promise<void> {
    const handledMs = this.#lastHandledMs
    const now = Date.now()
    this.#lastHandledMs = now
    if (handledMs !== undefined && now - handledMs < INTERVAL_MS) return
    const found = await rows<{ user_id: string; last_sequence: string }>(
      this.#options.dataSource,
      `select user_id, last_sequence from inboxes where grow_time > now() - $1 * interval '1 ms'`,
      [TOLD_FOR_MS],
    )
    for (const row of found) this.#note(row.user_id, Number(row.last_sequence))
  }

  noted(notifications: readonly NotificationRecord[]): void {
    for (const { userId, sequence } of notifications) this.#note(userId, Number(sequence))
  }

  /** Those that grew within the last 90 s. */
  async send(): Promise<void> {
    const now = Date.now()
    const heads: InboxHead[] = []
    for (const [userId, { lastSequence, untilMs }] of this.#grown) {
      if (untilMs < now) this.#grown.delete(userId)
      else heads.push({ userId, lastSequence })
    }
    if (heads.length > 0) await this.#options.push.sendHeads(heads)
  }

  #note(userId: string, sequence: number): void {
    const known = this.#grown.get(userId)?.lastSequence ?? 0
    this.#grown.set(userId, {
      lastSequence: Math.max(known, sequence),
      untilMs: Date.now() + TOLD_FOR_MS,
    })
  }
}
