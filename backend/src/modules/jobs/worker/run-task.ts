import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { type Execution, ExecutionFailed } from '../../../ports/execution.ts'
import type { Objects } from '../../../ports/objects.ts'
import type { Scanner } from '../../../ports/scanner.ts'
import { lockJob } from '../job-store.ts'
import { hasEnded } from '../phase-transitions.ts'
import type { JobService } from '../services/job-service.ts'
import { completeAttempt, failAttempt, releaseAttempt, stopJob } from '../task-endings.ts'
import type { ClaimedTask } from '../task-store.ts'
import { removeAttemptFiles, storeFiles } from './attempt-files.ts'
import type { HeldTask } from './held-task.ts'
import { TaskReporter } from './task-reporter.ts'

export interface TaskRunner {
  readonly dataSource: DataSource
  readonly execution: Execution
  readonly objects: Objects
  readonly scanner: Scanner
  readonly services: ReadonlyMap<string, JobService>
  readonly scratchFolder: string
  /** Between two writes of what a task reports. */
  readonly reportIntervalMs: number
  readonly log: Logger
}

/** Runs a claimed task to the end of its attempt, whichever end that is. */
export async function runTask(runner: TaskRunner, held: HeldTask): Promise<void> {
  const { task } = held
  const service = runner.services.get(task.service)
  const folder = join(runner.scratchFolder, `${task.jobId}-${task.index}-${task.attempt}`)
  /** Undefined while a COMMIT may have published them and its answer is not here. */
  let published: boolean | undefined = false
  try {
    if (service === undefined) {
      throw new ExecutionFailed('SERVICE_UNKNOWN', `This worker does not know ${task.service}.`, true)
    }
    await mkdir(folder, { recursive: true })
    const outputs = await execute(runner, held, folder)
    published = undefined
    published = await inTransaction(runner.dataSource, (manager) =>
      completeAttempt(manager, service, task, outputs),
    )
  } catch (error) {
    await endBadly(runner, held, service, error)
  } finally {
    await rm(folder, { recursive: true, force: true })
    // What is left of an unknown end is for the clean-up after the job, which knows the results.
    if (published === false) await removeAttemptFiles(runner.objects, task)
  }
}

async function execute(runner: TaskRunner, held: HeldTask, folder: string) {
  const { task } = held
  const reporter = new TaskReporter(runner.dataSource, task, runner.reportIntervalMs, (error) =>
    runner.log.warn({ err: error, job: task.jobId }, 'what a task reported was not written'),
  )
  try {
    const { files } = await runner.execution.run({
      service: task.service,
      step: 'run',
      payload: task.payload,
      folder,
      memoryLimitBytes: task.memoryLimitBytes,
      outputLimitBytes: task.outputLimitBytes,
      timeoutMs: task.remainingMs,
      signal: held.signal,
      onProgress: (fraction) => reporter.progress(fraction),
      onLog: (line) => reporter.log(line),
    })
    return await storeFiles(runner, task, folder, files, held.signal)
  } finally {
    await reporter.finish()
  }
}

async function endBadly(
  runner: TaskRunner,
  held: HeldTask,
  service: JobService | undefined,
  error: unknown,
): Promise<void> {
  const { task, stopReason } = held
  if (stopReason === 'LOST') return
  if (stopReason === 'RELEASED') {
    await inTransaction(runner.dataSource, (manager) => releaseAttempt(manager, task))
    return
  }
  // An error of the database or of this program: the lease runs out, and the task is taken again.
  if (!(error instanceof ExecutionFailed)) throw error
  const { reason, message, transient } = error
  runner.log.info({ job: task.jobId, task: task.index, reason }, 'an attempt failed')
  if (reason === 'EXECUTION_DURATION_EXCEEDED') await stopOverdueJob(runner, task, message)
  else if (service === undefined) {
    await inTransaction(runner.dataSource, (manager) => releaseAttempt(manager, task))
  } else {
    await inTransaction(runner.dataSource, (manager) =>
      failAttempt(manager, service, task, { reason, message, transient }),
    )
  }
}

/** The execution duration is the job's: when a task exceeds it, the whole job has. */
async function stopOverdueJob(runner: TaskRunner, task: ClaimedTask, message: string): Promise<void> {
  await inTransaction(runner.dataSource, async (manager) => {
    const job = await lockJob(manager, task.jobId)
    if (job === undefined || hasEnded(job.phase)) return
    await stopJob(manager, job, 'ERROR', {
      reason: 'EXECUTION_DURATION_EXCEEDED',
      message,
      transient: false,
    })
  })
}
