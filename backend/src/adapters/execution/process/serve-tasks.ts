import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import {
  ExecutionFailed,
  type ExecutionResult,
  type ProducedFile,
  VALUE_MAX_BYTES,
} from '../../../ports/execution.ts'
import { endWithWorker } from './end-with-worker.ts'
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
  readonly inputFolder: string | undefined
  readonly progress: (fraction: number) => void
  readonly log: (line: string) => void
}

/** One piece of work, as the service's code takes it. */
export type TaskOrder = Pick<RunTask, 'service' | 'step' | 'payload'>

export interface TaskResult {
  readonly files: readonly MadeFile[]
  readonly value?: unknown
}

export type RunSteps = (order: TaskOrder, report: TaskReport) => Promise<TaskResult>

/** The child's side: runs the tasks that the worker sends, one at a time, until it is disconnected. */
export function serveTasks(createRun: (configuration: unknown) => RunSteps): void {
  let run: RunSteps | undefined
  const tell = (message: TaskMessage) => {
    if (process.connected) process.send?.(message)
  }
  process.on('message', (message) => {
    const order = message as WorkerMessage
    if (order.kind === 'configure') {
      endWithWorker(order.worker)
      run = createRun(order.configuration)
      return
    }
    if (run === undefined) throw new Error('a task came before the configuration')
    runOne(run, order, tell).then(
      (result) => tell({ kind: 'done', ...result }),
      (error: unknown) => tell(failure(error)),
    )
  })
}

async function runOne(
  run: RunSteps,
  task: RunTask,
  tell: (message: TaskMessage) => void,
): Promise<ExecutionResult> {
  const made = await run(task, {
    folder: task.folder,
    inputFolder: task.inputFolder,
    progress: (fraction) => tell({ kind: 'progress', fraction }),
    log: (line) => tell({ kind: 'log', line }),
  })
  const produced: ProducedFile[] = []
  for (const file of made.files) {
    if (basename(file.fileName) !== file.fileName) {
      throw new Error(`a result's file name must not be a path: ${file.fileName}`)
    }
    const path = join(task.folder, file.fileName)
    const sha256 = task.digests ? await digestOf(path) : ''
    produced.push({ ...file, sizeBytes: statSync(path).size, sha256 })
  }
  return { files: produced, value: checkedValue(made.value) }
}

const DIGEST_BYTES = 1024 ** 2

/** Read on this thread, which has nothing else to do: a stream takes twice as long. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(DIGEST_BYTES)
  const descriptor = openSync(path, 'r')
  try {
    for (;;) {
      const read = readSync(descriptor, buffer)
      if (read === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, read))
      // The worker may have something to say meanwhile.
      await setImmediate()
    }
  } finally {
    closeSync(descriptor)
  }
}

/** As JSON leaves it: what is not JSON would not be the same once it had been stored. */
function checkedValue(value: unknown): unknown {
  if (value === undefined || value === null) return null
  const text = JSON.stringify(value)
  if (text === undefined) throw valueUnusable('is not JSON')
  const sizeBytes = Buffer.byteLength(text)
  if (sizeBytes > VALUE_MAX_BYTES) {
    throw valueUnusable(`has ${sizeBytes} bytes; it may have ${VALUE_MAX_BYTES}`)
  }
  return JSON.parse(text)
}

function valueUnusable(why: string): ExecutionFailed {
  const message = `The value that the task left for its job's collect ${why}.`
  return new ExecutionFailed('TASK_VALUE_UNUSABLE', message, false)
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
