import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ExecutionFailed, type ProducedFile } from '../../../ports/execution.ts'
import type { RunTask, TaskMessage, WorkerMessage } from './task-protocol.ts'

/** A file as a service names it. */
export interface MadeFile {
  readonly fileName: string
  readonly mediaType: string
  readonly sourceId: string
  readonly stencil: string
}

export interface TaskReport {
  readonly folder: string
  readonly progress: (fraction: number) => void
  readonly log: (line: string) => void
}

export type RunService = (
  service: string,
  payload: unknown,
  report: TaskReport,
) => Promise<readonly MadeFile[]>

/** The child's side: runs the tasks that the worker sends, one at a time, until it is disconnected. */
export function serveTasks(createRun: (configuration: unknown) => RunService): void {
  let run: RunService | undefined
  const tell = (message: TaskMessage) => {
    if (process.connected) process.send?.(message)
  }
  process.on('message', (message) => {
    const order = message as WorkerMessage
    if (order.kind === 'configure') {
      run = createRun(order.configuration)
      return
    }
    if (run === undefined) throw new Error('a task came before the configuration')
    runOne(run, order, tell).then(
      (files) => tell({ kind: 'done', files }),
      (error: unknown) => tell(failure(error)),
    )
  })
  process.on('disconnect', () => process.exit(0))
}

async function runOne(
  run: RunService,
  task: RunTask,
  tell: (message: TaskMessage) => void,
): Promise<ProducedFile[]> {
  const made = await run(task.service, task.payload, {
    folder: task.folder,
    progress: (fraction) => tell({ kind: 'progress', fraction }),
    log: (line) => tell({ kind: 'log', line }),
  })
  const produced: ProducedFile[] = []
  for (const file of made) {
    if (basename(file.fileName) !== file.fileName) {
      throw new Error(`a result's file name must not be a path: ${file.fileName}`)
    }
    const path = join(task.folder, file.fileName)
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    produced.push({ ...file, sizeBytes: (await stat(path)).size, sha256: hash.digest('hex') })
  }
  return produced
}

function failure(error: unknown): TaskMessage {
  if (error instanceof ExecutionFailed) {
    return { kind: 'failed', reason: error.reason, message: error.message, transient: error.transient }
  }
  const text = error instanceof Error ? error.message : String(error)
  return { kind: 'failed', reason: 'TASK_FAILED', message: text, transient: isTransient(error) }
}

/** System errors that may pass by themselves (errno(3)); everything else would fail again. */
const transientCodes = new Set([
  'EAGAIN',
  'EBUSY',
  'ECONNREFUSED',
  'ECONNRESET',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOSPC',
  'EPIPE',
  'ETIMEDOUT',
])

function isTransient(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && transientCodes.has(cause.code)) return true
  }
  return false
}
