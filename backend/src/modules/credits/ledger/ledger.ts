import type { DataSource } from 'typeorm'
import { sqlState } from '../../../database/index.ts'
import { post } from './post.ts'
import type { NewTransaction, PostOutcome } from './transaction.ts'

export interface LedgerOptions {
  /** Transactions that are booked together at most. Default 200. */
  readonly batchMax?: number
  /** Batches under way at a time. Default 2: one is computed while the other is made durable. */
  readonly batchesMax?: number
}

interface Waiting {
  readonly transaction: NewTransaction
  readonly resolve: (outcome: PostOutcome) => void
  readonly reject: (error: unknown) => void
}

/**
 * Books single transactions that come in at the same time together, each on its own: one round trip and one commit
 * for all. Alone, one costs no more than it would otherwise.
 */
export class Ledger {
  readonly #dataSource: DataSource
  readonly #batchMax: number
  readonly #batchesMax: number
  #waiting: Waiting[] = []
  #underWay = 0
  #scheduled = false

  constructor(dataSource: DataSource, { batchMax = 200, batchesMax = 2 }: LedgerOptions = {}) {
    this.#dataSource = dataSource
    this.#batchMax = batchMax
    this.#batchesMax = batchesMax
  }

  /** Durable when it resolves. When the connection is lost meanwhile, only a request id tells what became of it. */
  post(transaction: NewTransaction): Promise<PostOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ transaction, resolve, reject })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#scheduled || this.#underWay >= this.#batchesMax || this.#waiting.length === 0) return
    this.#scheduled = true
    // After everything that has arrived by now has asked.
    setImmediate(() => {
      this.#scheduled = false
      void this.#send()
    })
  }

  async #send(): Promise<void> {
    const batch = this.#take()
    this.#underWay++
    this.#schedule()
    try {
      await this.#book(batch)
    } finally {
      this.#underWay--
      this.#schedule()
    }
  }

  /** The oldest ones; what repeats a request of the batch, or undoes the same, waits for the next. */
  #take(): Waiting[] {
    const [batch, later]: [Waiting[], Waiting[]] = [[], []]
    const seen = new Set<string>()
    for (const waiting of this.#waiting) {
      const { id, requestId, reverses } = waiting.transaction
      const keys = [id, requestId, reverses].flatMap((key) => key ?? [])
      if (batch.length >= this.#batchMax || keys.some((key) => seen.has(key))) later.push(waiting)
      else batch.push(waiting)
      for (const key of keys) seen.add(key)
    }
    this.#waiting = later
    return batch
  }

  async #book(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#post(batch.map(({ transaction }) => transaction))
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index]
        if (outcome === undefined) reject(new Error('a transaction was left unanswered'))
        else resolve(outcome)
      })
    } catch (error) {
      if (batch.length === 1 || !isOfTheGiven(error)) {
        for (const { reject } of batch) reject(error)
        return
      }
      // Nothing of it is booked. One that the database takes as a defect must not fail the others.
      for (const waiting of batch) await this.#book([waiting])
    }
  }

  async #post(transactions: readonly NewTransaction[]): Promise<PostOutcome[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await post(this.#dataSource, transactions)
      } catch (error) {
        if (sqlState(error) !== DEADLOCK_DETECTED || attempt >= ATTEMPTS_MAX) throw error
      }
    }
  }
}

const DEADLOCK_DETECTED = '40P01'
const ATTEMPTS_MAX = 5

/** Whether it is for what was sent, not for how the database is. */
function isOfTheGiven(error: unknown): boolean {
  return error instanceof TypeError || /^2[23]/.test(sqlState(error) ?? '')
}
