import type { DataSource } from 'typeorm'
import type { JobEventBody } from '../job.ts'
import { appendEvents } from '../job-changes.ts'
import type { ClaimedTask } from '../queue/claim-tasks.ts'
import { recordTaskProgress } from '../task-store.ts'
import { storableText } from './storable-text.ts'

const MAX_LINE_CHARACTERS = 2_000
/** Of one attempt: what a runaway task prints must not fill the database. */
const MAX_LINES = 2_000
/** Smaller steps are not worth an event. */
const PROGRESS_STEP = 0.01

/** Gathers what a task reports and writes it in batches, so that a chatty task costs little. */
export class TaskReporter {
  readonly #dataSource: DataSource
  readonly #task: ClaimedTask
  readonly #intervalMs: number
  readonly #onError: (error: unknown) => void
  #lines: string[] = []
  #linesTaken = 0
  #progress = 0
  #reported = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(
    dataSource: DataSource,
    task: ClaimedTask,
    intervalMs: number,
    onError: (error: unknown) => void,
  ) {
    this.#dataSource = dataSource
    this.#task = task
    this.#intervalMs = intervalMs
    this.#onError = onError
  }

  progress(fraction: number): void {
    if (!(fraction > this.#progress)) return
    this.#progress = Math.min(1, fraction)
    if (this.#progress - this.#reported >= PROGRESS_STEP) this.#writeLater()
  }

  log(line: string): void {
    this.#linesTaken++
    if (this.#linesTaken > MAX_LINES) return
    this.#lines.push(
      this.#linesTaken === MAX_LINES
        ? 'The log ends here: a task may write 2000 lines.'
        : storableText(line.slice(0, MAX_LINE_CHARACTERS)),
    )
    this.#writeLater()
  }

  /** Writes what is left; nothing is reported after that. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // The end of the task reports the progress itself.
    this.#progress = this.#reported
    await this.#writing
    await this.#write()
  }

  #writeLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#writing = this.#writing.then(() => this.#write())
    }, this.#intervalMs)
  }

  async #write(): Promise<void> {
    const events: JobEventBody[] = this.#lines.map((text) => ({
      kind: 'log',
      payload: { task: this.#task.index, text },
    }))
    this.#lines = []
    const progress = this.#progress
    try {
      let gain = 0
      if (progress > this.#reported) {
        this.#reported = progress
        gain = (await recordTaskProgress(this.#dataSource, this.#task, progress)) ?? 0
      }
      if (gain > 0 || events.length > 0) {
        await appendEvents(this.#dataSource, this.#task.jobId, events, gain / this.#task.taskCount)
      }
    } catch (error) {
      this.#onError(error)
    }
  }
}
