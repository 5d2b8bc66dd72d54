import type { DataSource } from 'typeorm'
import type { JobEventBody, LogText } from '../job.ts'
import { appendEvents } from '../job-changes.ts'
import type { ClaimedTask } from '../queue/claim-tasks.ts'
import { recordTaskProgress } from '../task-store.ts'
import { LINE_COST, LogBudget, type LogLimits } from './log-budget.ts'
import { storableText } from './storable-text.ts'

const MAX_LINE_CHARACTERS = 2_000
/** What a runaway task prints must not fill the database. */
const ofProcesses: LogLimits = {
  lines: 2_000,
  characters: Number.POSITIVE_INFINITY,
  containerCharacters: Number.POSITIVE_INFINITY,
  waitingCharacters: Number.POSITIVE_INFINITY,
}
/** Many containers write one log: one of them that floods it leaves the others room, and a task the next tasks. */
const ofContainers: LogLimits = {
  lines: Number.POSITIVE_INFINITY,
  characters: 1024 * 1024,
  containerCharacters: 512 * 1024,
  waitingCharacters: 256 * 1024,
}
/** Smaller steps are not worth an event. */
const PROGRESS_STEP = 0.01

/** Gathers what a task reports and writes it in batches, so that a chatty task costs little. */
export class TaskReporter {
  readonly #dataSource: DataSource
  readonly #task: ClaimedTask
  readonly #intervalMs: number
  readonly #onError: (error: unknown) => void
  readonly #budget: LogBudget
  #lines: LogText[] = []
  /** Characters of the lines that wait to be written, and what each costs beside. */
  #waiting = 0
  #skipped = 0
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
    this.#budget = new LogBudget(task.external ? ofContainers : ofProcesses)
  }

  progress(fraction: number): void {
    if (!(fraction > this.#progress)) return
    this.#progress = Math.min(1, fraction)
    if (this.#progress - this.#reported >= PROGRESS_STEP) this.#writeLater()
  }

  log(line: string, container?: number): void {
    const characters = Math.min(line.length, MAX_LINE_CHARACTERS)
    const verdict = this.#budget.judge(characters, container, this.#waiting)
    switch (verdict) {
      case 'keep':
        this.#waiting += characters + LINE_COST
        // A copy: a slice would keep all in memory that it was cut from.
        this.#say(storableText(Buffer.from(line.slice(0, MAX_LINE_CHARACTERS)).toString()), container)
        return
      case 'end':
        this.#say(
          this.#task.external
            ? 'The log ends here: a step may write 1 MiB. What follows is left out.'
            : 'The log ends here: a task may write 2000 lines.',
        )
        return
      case 'container-end':
        this.#say(
          'The log of this container ends here: one may write 512 KiB. What follows is left out.',
          container,
        )
        return
      case 'skip':
        this.#skipped++
        this.#writeLater()
        return
      case 'drop':
        return
      default: {
        const never: never = verdict
        throw new Error(`a line of unknown verdict ${String(never)}`)
      }
    }
  }

  #say(text: string, container?: number): void {
    this.#lines.push({
      task: this.#task.index,
      text,
      ...(container === undefined ? {} : { container }),
    })
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

  /** What waits to be written; nothing waits after that. */
  #take(): readonly LogText[] {
    const lines = this.#lines
    if (this.#skipped > 0) {
      const text = `${this.#skipped} lines are left out here: they came faster than they can be kept.`
      lines.push({ task: this.#task.index, text })
    }
    this.#lines = []
    this.#waiting = 0
    this.#skipped = 0
    return lines
  }

  async #write(): Promise<void> {
    const events = this.#take().map((payload): JobEventBody => ({ kind: 'log', payload }))
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
