import { setTimeout } from 'node:timers/promises'
import type { DataSource } from 'typeorm'
import { inTransaction, sqlState } from '../../../database/index.ts'
import { type Ending, endAttempts } from '../task-endings.ts'

/** Of one transaction: what it locks, it holds until it commits. */
const BATCH_MAX = 500
const RETRY_MS = 200
/** Of one batch, and then of each of its endings: about as long as a lease lasts without the database. */
const ATTEMPTS_MAX = 50

export type EndingOutcome =
  | 'counted'
  /** The attempt had lost its task: nothing of it is published. */
  | 'lost'
  /** A COMMIT was not answered, and a later look cannot tell whether it was that one that counted. */
  | 'unknown'

interface Waiting {
  readonly ending: Ending
  /** Aborted once the attempt is not this worker's to end any more. */
  readonly signal: AbortSignal
  readonly resolve: (outcome: EndingOutcome) => void
  readonly reject: (error: unknown) => void
  unanswered: boolean
}

/**
 * Writes the ends of attempts, those together that come while the ones before are being committed: an idle
 * worker waits for nobody, and a busy one shares each commit among many.
 */
export class EndingBatches {
  readonly #dataSource: DataSource
  readonly #onWritten: () => void
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined

  constructor(dataSource: DataSource, onWritten: () => void) {
    this.#dataSource = dataSource
    this.#onWritten = onWritten
  }

  add(ending: Ending, signal: AbortSignal): Promise<EndingOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ending, signal, resolve, reject, unanswered: false })
      this.#writing ??= this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX)
      await this.#write(batch)
      this.#onWritten()
    }
    this.#writing = undefined
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    let left = batch
    for (let attempt = 1; ; attempt++) {
      try {
        const counted = await inTransaction(this.#dataSource, (manager) =>
          endAttempts(
            manager,
            left.map(({ ending }) => ending),
          ),
        )
        for (const [place, each] of left.entries()) {
          each.resolve(counted[place] === true ? 'counted' : each.unanswered ? 'unknown' : 'lost')
        }
        return
      } catch (error) {
        if (isRefused(error)) return this.#writeSingly(left, error)
        for (const each of left) each.unanswered = true
        if (attempt >= ATTEMPTS_MAX) return this.#writeSingly(left, error)
        left = left.filter((each) => {
          const givenUp = each.signal.aborted || !mayRepeat(each.ending, error)
          if (givenUp) each.reject(error)
          return !givenUp
        })
        if (left.length === 0) return
      }
      await setTimeout(RETRY_MS)
    }
  }

  /** The database refuses something of the batch: the others are not to suffer for it. */
  async #writeSingly(batch: readonly Waiting[], error: unknown): Promise<void> {
    const [first] = batch
    if (batch.length === 1 && first !== undefined) return this.#writeRefused(first, error)
    for (const each of batch) await this.#write([each])
  }

  /** What cannot be written as it is fails its task, for good. */
  async #writeRefused(refused: Waiting, error: unknown): Promise<void> {
    if (refused.ending.end.kind !== 'completed' || !isRefused(error)) {
      refused.reject(error)
      return
    }
    const text = error instanceof Error ? error.message : String(error)
    const failure = {
      reason: 'RESULT_NOT_STORED',
      message: `What the task made could not be recorded: ${text}`,
      transient: false,
    }
    const ending: Ending = { attempt: refused.ending.attempt, end: { kind: 'failed', error: failure } }
    await this.#write([
      // Its files are not published: the attempt is not counted as completed.
      { ...refused, ending, resolve: (outcome) => refused.resolve(outcome === 'counted' ? 'lost' : outcome) },
    ])
  }
}

/**
 * An attempt that had not begun leaves no trace: handed back, its number is given again, to this worker perhaps. Where
 * that may have been done, doing it once more could take the task from who has it by then.
 */
function mayRepeat({ end }: Ending, error: unknown): boolean {
  return end.kind !== 'released' || end.began || sqlState(error)?.startsWith('40') === true
}

/** Classes of SQLSTATE that speak of what was sent, and not of the server: data (22) and constraints (23). */
function isRefused(error: unknown): boolean {
  const state = sqlState(error)
  return state !== undefined && (state.startsWith('22') || state.startsWith('23'))
}
