import type { DataSource } from 'typeorm'
import type { ContainerChange, ContainerLogLine, ContainerUse } from '../../../ports/containers.ts'
import { rows } from '../sql.ts'
import { heldValues, isHeld, ofRun, type RunOfStep } from './run-of-step.ts'
import { storableText } from './storable-text.ts'
import { notifyWorkflow } from './workflow-notice.ts'

export interface ContainerRecorderOptions {
  readonly dataSource: DataSource
  readonly run: RunOfStep
  /** Between two writes. Default 250 ms. */
  readonly intervalMs?: number
  /** What is waited for is told once it has been waited for so long. Default 3 s. */
  readonly waitingAfterMs?: number
  readonly onError: (error: unknown) => void
}

const INTERVAL_MS = 250
const WAITING_AFTER_MS = 3_000

/** Those of the agent, which tells of them more precisely than whoever sees it end. */
const AGENT_REASONS = ['STAGING_FAILED', 'OUTPUT_UNUSABLE', 'OUTPUT_LIMIT_EXCEEDED', 'DISK_LIMIT_EXCEEDED']

const stays = `(given.reason is null or (container.error_reason is not null and given.reason = any($8::text[])))`

/** Gathers what becomes of the containers of a run and writes it in batches: thousands of them change at a time. */
export class ContainerRecorder {
  readonly #options: ContainerRecorderOptions
  readonly #waitingAfterMs: number
  #changes = new Map<number, ContainerChange>()
  #uses = new Map<number, ContainerUse>()
  /** What is waited for, and what of it is told: not what is over in a moment. */
  #wanted = ''
  #waiting = ''
  #waitingWritten = ''
  #waitingTimer: NodeJS.Timeout | undefined
  #logsUntil: Date | undefined
  /** Whoever writes lines has done so by the next write after this. */
  #logsWritable: Date | undefined
  #logsWritten: Date | undefined
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #finished = false

  constructor(options: ContainerRecorderOptions) {
    this.#options = options
    this.#waitingAfterMs = options.waitingAfterMs ?? WAITING_AFTER_MS
  }

  change(change: ContainerChange): void {
    this.#changes.set(change.number, change)
    this.#writeLater()
  }

  use(use: ContainerUse): void {
    const before = this.#uses.get(use.number)
    this.#uses.set(use.number, {
      number: use.number,
      cpuSeconds: use.cpuSeconds + (before?.cpuSeconds ?? 0),
      memoryBytes: Math.max(use.memoryBytes, before?.memoryBytes ?? 0),
    })
    this.#writeLater()
  }

  /** Undefined when it waits no more. */
  waiting(message: string | undefined): void {
    this.#wanted = storableText(message ?? '')
    if (this.#wanted === '' || this.#waiting !== '') this.#tellWaiting()
    else this.#waitingTimer ??= setTimeout(() => this.#tellWaiting(), this.#waitingAfterMs)
  }

  #tellWaiting(): void {
    clearTimeout(this.#waitingTimer)
    this.#waitingTimer = undefined
    this.#waiting = this.#wanted
    if (this.#waiting !== this.#waitingWritten) this.#writeLater()
  }

  logged({ time }: ContainerLogLine): void {
    if (this.#logsUntil === undefined || time > this.#logsUntil) this.#logsUntil = time
    this.#writeLater()
  }

  /** Writes what there is by now. Rejects when it cannot be written: it is written later then. */
  async flush(): Promise<void> {
    await this.#writing
    await this.#write()
  }

  /** The same, and nothing is written any more after that. */
  async finish(): Promise<void> {
    this.waiting(undefined)
    try {
      await this.flush()
      // Now whoever writes lines has had the time to.
      await this.flush()
    } finally {
      this.#finished = true
      clearTimeout(this.#timer)
    }
  }

  #writeLater(): void {
    if (this.#finished) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#writing = this.#writing.then(() => this.#write()).catch(this.#options.onError)
    }, this.#options.intervalMs ?? INTERVAL_MS)
  }

  async #write(): Promise<void> {
    const changes = this.#changes
    const uses = this.#uses
    const waiting = this.#waiting
    const logs = this.#logsWritable
    this.#changes = new Map()
    this.#uses = new Map()
    this.#logsWritable = this.#logsUntil
    if (this.#logsWritable !== logs) this.#writeLater()
    try {
      if (changes.size > 0 || uses.size > 0) await this.#writeContainers(changes, uses)
      if (waiting !== this.#waitingWritten || logs !== this.#logsWritten) await this.#writeRun(waiting, logs)
    } catch (error) {
      // The next write has another go at it; what changed meanwhile is newer.
      this.#changes = new Map([...changes, ...this.#changes])
      for (const use of uses.values()) this.use(use)
      this.#writeLater()
      throw error
    }
  }

  async #writeContainers(
    changes: ReadonlyMap<number, ContainerChange>,
    uses: ReadonlyMap<number, ContainerUse>,
  ): Promise<void> {
    const { dataSource, run } = this.#options
    const numbers = new Set([...changes.keys(), ...uses.keys()])
    const given = [...numbers].map((number) => givenRow(number, changes.get(number), uses.get(number)))
    await rows(
      dataSource,
      `with changed as (
         update workflow_containers as container set
           state = coalesce(given.state, container.state),
           node = coalesce(given.node, container.node),
           start_time = case when given.state is null then container.start_time else given.start_time end,
           end_time = case when given.state is null then container.end_time else given.end_time end,
           exit_code = coalesce(given.exit_code, container.exit_code),
           error_message = case when ${stays} then container.error_message else given.message end,
           error_transient = case when ${stays} then container.error_transient else given.transient end,
           error_reason = case when ${stays} then container.error_reason else given.reason end,
           cpu_seconds = case when given.cpu_seconds is null then container.cpu_seconds
             else coalesce(container.cpu_seconds, 0) + given.cpu_seconds end,
           peak_memory_bytes = greatest(container.peak_memory_bytes, given.memory_bytes)
         from jsonb_to_recordset($6::jsonb) as given (number int, state text, node text, start_time timestamptz,
             end_time timestamptz, exit_code int, reason text, message text, transient boolean,
             cpu_seconds double precision, memory_bytes bigint)
         where ${ofRun('container')} and container.number = given.number and ${isHeld}
           and (given.state is null or container.state not in ('COMPLETED', 'FAILED', 'CANCELLED'))
         returning container.number
       )
       select ${notifyWorkflow('$7', '$1::uuid')} from changed limit 1`,
      [...heldValues(run), JSON.stringify(given), run.organizationId, AGENT_REASONS],
    )
  }

  async #writeRun(waiting: string, logs: Date | undefined): Promise<void> {
    const { dataSource, run } = this.#options
    await rows(
      dataSource,
      `with noted as (
         insert into workflow_step_runs as known (job_id, task_index, run, waiting_message, logs_until)
         select $1::uuid, $2::int, $3::int, $6::text, $7::timestamptz where ${isHeld}
         on conflict (job_id, task_index, run) do update set
           waiting_message = excluded.waiting_message,
           logs_until = greatest(known.logs_until, excluded.logs_until)
         returning run
       )
       select ${notifyWorkflow('$8', '$1::uuid')} from noted`,
      [...heldValues(run), waiting, logs ?? null, run.organizationId],
    )
    this.#waitingWritten = waiting
    this.#logsWritten = logs
  }
}

function givenRow(number: number, change: ContainerChange | undefined, use: ContainerUse | undefined) {
  return {
    number,
    state: change?.state ?? null,
    node: change === undefined ? null : storableText(change.node),
    start_time: change?.startTime ?? null,
    end_time: change?.endTime ?? null,
    exit_code: change?.exitCode ?? null,
    reason: change?.failure?.reason ?? null,
    message: change?.failure === undefined ? null : storableText(change.failure.message),
    transient: change?.failure?.transient ?? null,
    cpu_seconds: use?.cpuSeconds ?? null,
    memory_bytes: use?.memoryBytes ?? null,
  }
}
