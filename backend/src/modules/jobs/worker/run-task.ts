import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { type Execution, ExecutionFailed } from '../../../ports/execution.ts'
import type { Objects } from '../../../ports/objects.ts'
import type { Scanner } from '../../../ports/scanner.ts'
import { type Span, type Tracing, traced, within } from '../../../tracing/index.ts'
import { runPrefix } from '../job.ts'
import { stopJob } from '../job-endings.ts'
import { lockJob } from '../job-store.ts'
import { hasEnded } from '../phase-transitions.ts'
import type { ClaimedTask } from '../queue/claim-tasks.ts'
import type { CollectInput } from '../services/collect-tasks.ts'
import type { JobService } from '../services/job-service.ts'
import { rows } from '../sql.ts'
import type { AttemptEnd } from '../task-endings.ts'
import { collectInput } from '../task-store.ts'
import { removeAttemptFiles, storeFiles } from './attempt-files.ts'
import type { EndingBatches, EndingOutcome } from './ending-batches.ts'
import type { ExternalRun } from './external-run.ts'
import type { HeldTask } from './held-task.ts'
import { runElsewhere } from './run-elsewhere.ts'
import type { ScratchFolders } from './scratch-folders.ts'
import { storableText } from './storable-text.ts'
import { fetchTaskFiles, inputOrder, type TaskInput } from './task-input.ts'
import { TaskReporter } from './task-reporter.ts'
import type { AttemptOutcome, WorkerMetrics } from './worker-metrics.ts'

export interface TaskRunner {
  readonly dataSource: DataSource
  readonly execution: Execution
  readonly objects: Objects
  readonly scanner: Scanner
  /** Those that this worker can run, by id. */
  readonly services: ReadonlyMap<string, JobService>
  /** By the service's id, of those whose tasks need something of the database. */
  readonly inputs?: Readonly<Record<string, TaskInput>> | undefined
  /** By the service's id, who runs the tasks of those that no process runs. */
  readonly externalRuns?: Readonly<Record<string, ExternalRun>> | undefined
  readonly folders: ScratchFolders
  /** Between two writes of what a task reports. */
  readonly reportIntervalMs: number
  readonly endings: EndingBatches
  readonly metrics: WorkerMetrics
  readonly tracing?: Tracing | undefined
  readonly log: Logger
}

/**
 * Runs a claimed task. Resolves when its slot is free; `ended` then tells of the writing of its end, which goes
 * on beside the next task.
 */
export async function runTask(runner: TaskRunner, held: HeldTask): Promise<{ ended: Promise<void> }> {
  const span = beginSpan(runner, held)
  if (span === undefined) return within(undefined, () => runAttempt(runner, held, undefined))
  const { ended } = await within(span, () => runAttempt(runner, held, span))
  return { ended: ended.finally(() => span.end()) }
}

/** Of an attempt at a task of a job that somebody traced, below the call that queued it. */
function beginSpan({ tracing }: TaskRunner, { task }: HeldTask): Span | undefined {
  if (tracing === undefined || task.traceparent === undefined) return undefined
  return tracing.begin(`${task.service} task`, {
    kind: 'consumer',
    parent: task.traceparent,
    attributes: {
      'fairlead.service': task.service,
      'fairlead.job': task.jobId,
      'fairlead.task': task.index,
      'fairlead.attempt': task.attempt,
      'fairlead.queue_wait_seconds': Math.max(0, task.waitedMs) / 1000,
    },
  })
}

async function runAttempt(
  runner: TaskRunner,
  held: HeldTask,
  span: Span | undefined,
): Promise<{ ended: Promise<void> }> {
  const { task } = held
  const begunMs = performance.now()
  runner.metrics.began(task)
  let end: AttemptEnd | undefined
  let folder: string | undefined
  let inputFolder: string | undefined
  try {
    // One that was stopped while it was on its way to its slot.
    held.signal.throwIfAborted()
    if (task.external) {
      end = await executeElsewhere(runner, held)
    } else {
      folder = await runner.folders.take()
      if (needsInput(runner, task)) inputFolder = await runner.folders.take()
      end = await execute(runner, held, folder, inputFolder)
    }
  } catch (error) {
    end = endOf(runner, held, error)
  }
  try {
    if (folder !== undefined) await runner.folders.giveBack(folder, end?.kind === 'completed')
    if (inputFolder !== undefined) await runner.folders.giveBack(inputFolder, false)
  } catch (error) {
    runner.log.warn({ job: task.jobId, err: error }, 'a scratch folder is left behind')
  }
  const outcome: AttemptOutcome = end?.kind ?? 'lost'
  runner.metrics.ended(task, outcome, (performance.now() - begunMs) / 1000)
  span?.set({ 'fairlead.outcome': outcome })
  if (end?.kind === 'failed') span?.fail(end.error.reason)
  return { ended: writeEnd(runner, held, end, isOverdue(task, end, performance.now() - begunMs)) }
}

/** What a task run elsewhere may take by itself is less than what its job may: only the job's own time ends the job. */
function isOverdue(task: ClaimedTask, end: AttemptEnd | undefined, tookMs: number): boolean {
  if (end?.kind !== 'failed' || end.error.reason !== 'EXECUTION_DURATION_EXCEEDED') return false
  return !task.external || tookMs >= task.remainingMs - TIMER_MS
}

/** A timer may be early by so much. */
const TIMER_MS = 100

/** Hands back a task that was claimed and has not begun. */
export async function releaseTask(runner: Pick<TaskRunner, 'endings'>, held: HeldTask): Promise<void> {
  if (held.stopReason === 'LOST') return
  await runner.endings.add({ attempt: held.task, end: { kind: 'released', began: false } }, held.lost)
}

function needsInput({ inputs, services }: TaskRunner, { service, collect }: ClaimedTask): boolean {
  return inputs?.[service] !== undefined || (collect && services.get(service)?.collectsFiles === true)
}

/** Writes what the task's process is to read. Returns its payload. */
async function writeInput(
  runner: TaskRunner,
  task: ClaimedTask,
  given: unknown,
  folder: string,
  signal: AbortSignal,
): Promise<unknown> {
  const collectsFiles = task.collect && runner.services.get(task.service)?.collectsFiles === true
  const payload = collectsFiles
    ? await fetchTaskFiles(runner, task, given as CollectInput, folder, signal)
    : given
  const input = runner.inputs?.[task.service]
  const order = await inputOrder(runner.dataSource, task, payload, folder, signal)
  if (order !== undefined) await input?.write(order)
  signal.throwIfAborted()
  return payload
}

function reporterOf({ dataSource, reportIntervalMs, log }: TaskRunner, task: ClaimedTask): TaskReporter {
  return new TaskReporter(dataSource, task, reportIntervalMs, (error) =>
    log.warn({ err: error, job: task.jobId }, 'what a task reported was not written'),
  )
}

async function executeElsewhere(runner: TaskRunner, held: HeldTask): Promise<AttemptEnd> {
  const run = runner.externalRuns?.[held.task.service]
  if (run === undefined) throw unknownService(held.task)
  const reporter = reporterOf(runner, held.task)
  try {
    const { dataSource, log } = runner
    return await traced('run', 'internal', {}, () => runElsewhere({ run, dataSource, reporter, log }, held))
  } finally {
    await reporter.finish()
  }
}

function unknownService({ service }: ClaimedTask): ExecutionFailed {
  return new ExecutionFailed('SERVICE_UNKNOWN', `This worker does not know ${service}.`, true)
}

async function execute(
  runner: TaskRunner,
  held: HeldTask,
  folder: string,
  inputFolder: string | undefined,
): Promise<AttemptEnd> {
  const { task } = held
  const deadline = performance.now() + task.remainingMs
  if (!runner.services.has(task.service)) throw unknownService(task)
  const given = task.collect ? await collectInput(runner.dataSource, task.jobId) : task.payload
  const reporter = reporterOf(runner, task)
  try {
    const payload =
      inputFolder === undefined
        ? given
        : await traced('write input', 'internal', {}, () =>
            writeInput(runner, task, given, inputFolder, held.signal),
          )
    const { files, value } = await traced('run', 'internal', {}, () =>
      runner.execution.run({
        service: task.service,
        step: task.collect ? 'collect' : 'run',
        payload,
        folder,
        inputFolder,
        memoryLimitBytes: task.memoryLimitBytes,
        outputLimitBytes: task.outputLimitBytes,
        askLess: runner.services.get(task.service)?.askLess,
        timeoutMs: Math.max(1, deadline - performance.now()),
        signal: held.signal,
        onProgress: (fraction) => reporter.progress(fraction),
        onLog: (line) => reporter.log(line),
      }),
    )
    const outputs = await traced('store results', 'internal', { 'fairlead.files': files.length }, () =>
      storeFiles(runner, task, folder, files, held.signal),
    )
    return { kind: 'completed', outputs, value }
  } finally {
    await reporter.finish()
  }
}

/** What an error means for the attempt; undefined when nothing is to be written of it. */
function endOf(runner: TaskRunner, held: HeldTask, error: unknown): AttemptEnd | undefined {
  const { task, stopReason } = held
  if (stopReason === 'LOST') return undefined
  if (stopReason === 'RELEASED') return { kind: 'released', began: true }
  const log = { job: task.jobId, task: task.index }
  if (error instanceof ExecutionFailed) {
    const { reason, message, transient } = error
    runner.log.info({ ...log, reason }, 'an attempt failed')
    return {
      kind: 'failed',
      error: { reason: storableText(reason), message: storableText(message), transient },
    }
  }
  // Of the database, the disk or this program: another attempt may do better, and is not tried for ever.
  runner.log.error({ ...log, err: error }, 'an attempt failed through no fault of its task')
  const text = error instanceof Error ? error.message : String(error)
  return {
    kind: 'failed',
    error: {
      reason: 'WORKER_FAILED',
      message: `The worker could not run the task: ${text}`,
      transient: true,
    },
  }
}

async function writeEnd(
  runner: TaskRunner,
  held: HeldTask,
  end: AttemptEnd | undefined,
  overdue: boolean,
): Promise<void> {
  const { task } = held
  let outcome: EndingOutcome = 'lost'
  try {
    if (end?.kind === 'failed' && overdue) {
      outcome = await endOverdue(runner, held, end.error.message)
    } else if (end !== undefined) {
      outcome = await runner.endings.add({ attempt: task, end }, held.lost)
    }
  } catch (error) {
    // The lease runs out, and the task is taken again. Whether a COMMIT was lost is for the clean-up to see.
    outcome = 'unknown'
    runner.log.warn(
      { job: task.jobId, task: task.index, err: error },
      'the end of an attempt was not written',
    )
  }
  const published = end?.kind === 'completed' && outcome === 'counted'
  // What is left of an unknown end is for the clean-up after the job, which knows the results.
  if (published || outcome === 'unknown') return
  const failed = end?.kind === 'failed' && outcome === 'counted'
  // What attempts at a run have made is the next one's, until the run has failed.
  if (task.external && !failed) return
  try {
    if (task.external) await runner.objects.deletePrefix(runPrefix(task.jobId, task.index, task.run))
    else await removeAttemptFiles(runner.objects, task)
  } catch (error) {
    runner.log.warn({ job: task.jobId, err: error }, 'files of an attempt are left for the clean-up')
  }
}

/**
 * The execution duration is the job's: when a task exceeds it, the whole job has. Where the duration was made
 * longer meanwhile, the task is handed back and begins anew.
 */
async function endOverdue(runner: TaskRunner, held: HeldTask, message: string): Promise<EndingOutcome> {
  const { task } = held
  const stopped = await inTransaction(runner.dataSource, async (manager) => {
    const job = await lockJob(manager, task.jobId)
    if (job === undefined || hasEnded(job.phase)) return true
    const [left] = await rows<{ overdue: boolean }>(
      manager,
      // A timer may be early by a little.
      `select deadline_time < now() + interval '100 ms' as overdue from jobs where id = $1`,
      [job.id],
    )
    if (left?.overdue !== true) return false
    await stopJob(manager, job, 'ERROR', { reason: 'EXECUTION_DURATION_EXCEEDED', message, transient: false })
    return true
  })
  if (stopped) return 'lost'
  return runner.endings.add({ attempt: task, end: { kind: 'released', began: true } }, held.lost)
}
