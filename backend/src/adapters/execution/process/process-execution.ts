import {
  type Execution,
  ExecutionFailed,
  type ExecutionRequest,
  type ExecutionResult,
  type ProducedFile,
} from '../../../ports/execution.ts'
import { folderBytes, residentBytes } from './measure.ts'
import { TaskProcess } from './task-process.ts'

export interface ProcessExecutionOptions {
  /** The module that a child process runs; it calls serveTasks(). */
  readonly entry: URL
  /** What every process is given at its start, over IPC: its environment is empty. */
  readonly configuration?: unknown
  /** Of Node, such as what the processes may not do. */
  readonly nodeOptions?: readonly string[]
  /** Whether a process is kept ready for the next task. Default true. */
  readonly keepWarm?: boolean
  /** Memory limit of the process that is kept warm: that of the most frequent service. Default 512 MiB. */
  readonly warmMemoryBytes?: number
  /** An idle process beyond the warm one ends after this. Default 30 s. */
  readonly idleMs?: number
  /** From SIGTERM to SIGKILL. Default 2 s. */
  readonly graceMs?: number
  /** Between two looks at memory and output. Default 250 ms. */
  readonly watchMs?: number
}

/** Runs each task in a child process of its own, taken from a small pool and given back when it did well. */
export function createProcessExecution(options: ProcessExecutionOptions): Execution {
  return new ProcessExecution(options)
}

class ProcessExecution implements Execution {
  readonly #entry: URL
  readonly #configuration: unknown
  readonly #nodeOptions: readonly string[]
  readonly #keepWarm: boolean
  readonly #warmMemoryBytes: number
  readonly #idleMs: number
  readonly #graceMs: number
  readonly #watchMs: number
  readonly #idle = new Map<TaskProcess, NodeJS.Timeout | undefined>()
  readonly #running = new Map<TaskProcess, () => void>()
  #closed = false

  constructor(options: ProcessExecutionOptions) {
    this.#entry = options.entry
    this.#configuration = options.configuration
    this.#nodeOptions = options.nodeOptions ?? []
    this.#keepWarm = options.keepWarm ?? true
    this.#warmMemoryBytes = options.warmMemoryBytes ?? 512 * 1024 ** 2
    this.#idleMs = options.idleMs ?? 30_000
    this.#graceMs = options.graceMs ?? 2_000
    this.#watchMs = options.watchMs ?? 250
  }

  warm(): void {
    if (this.#closed || !this.#keepWarm || this.#idle.size > 0) return
    this.#rest(this.#process(this.#warmMemoryBytes))
  }

  async run(request: ExecutionRequest): Promise<ExecutionResult> {
    if (this.#closed || request.signal.aborted) throw cancelled()
    const child = this.#take(request.memoryLimitBytes)
    try {
      const result = await this.#runIn(child, request)
      if (this.#closed) await child.stop(this.#graceMs)
      else this.#rest(child)
      return result
    } finally {
      child.release()
      this.#running.delete(child)
      this.warm()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const stop of this.#running.values()) stop()
    const children = [...this.#running.keys(), ...this.#idle.keys()]
    for (const timer of this.#idle.values()) clearTimeout(timer)
    this.#idle.clear()
    await Promise.all(children.map((child) => child.stop(this.#graceMs)))
  }

  #runIn(child: TaskProcess, request: ExecutionRequest): Promise<ExecutionResult> {
    const { promise, resolve, reject } = Promise.withResolvers<ExecutionResult>()
    let verdict: ExecutionFailed | undefined
    const stop = (failure: ExecutionFailed, force = false) => {
      if (verdict !== undefined) return
      verdict = failure
      if (force) child.kill()
      void child.stop(this.#graceMs)
    }
    const onAbort = () => stop(cancelled())
    this.#running.set(child, onAbort)
    request.signal.addEventListener('abort', onAbort, { once: true })
    const deadline = setTimeout(
      () => stop(durationExceeded()),
      // setTimeout fires at once beyond 2^31 - 1 ms
      Math.min(request.timeoutMs, 2 ** 31 - 1),
    )
    const watch = this.#watch(child, request, (failure) => stop(failure, true))

    child.start(
      {
        kind: 'run',
        service: request.service,
        step: request.step,
        payload: request.payload,
        folder: request.folder,
        inputFolder: request.inputFolder,
        digests: request.digests !== false,
      },
      (message) => {
        if (verdict !== undefined) return
        if (message.kind === 'progress') request.onProgress(message.fraction)
        else if (message.kind === 'log') request.onLog(message.line)
        else if (message.kind === 'failed') {
          // What a failed task leaves in memory is not carried on into the next one.
          stop(new ExecutionFailed(message.reason, message.message, message.transient))
        } else if (message.kind === 'done') {
          const excess = outputExcess(message.files, request)
          if (excess === undefined) resolve({ files: message.files, value: message.value })
          else stop(excess)
        }
      },
    )
    child.exited.then((exit) => reject(verdict ?? crashed(child, exit, request)), reject)
    return promise.finally(() => {
      clearTimeout(deadline)
      clearInterval(watch)
      request.signal.removeEventListener('abort', onAbort)
    })
  }

  #watch(
    child: TaskProcess,
    request: ExecutionRequest,
    exceeded: (failure: ExecutionFailed) => void,
  ): NodeJS.Timeout {
    let looking = false
    const look = async () => {
      const [memory, output] = await Promise.all([residentBytes(child.pid), folderBytes(request.folder)])
      if (memory > request.memoryLimitBytes) exceeded(memoryExceeded(request))
      else if (output > request.outputLimitBytes) exceeded(outputExceeded(request))
    }
    return setInterval(() => {
      if (looking) return
      looking = true
      look().then(
        () => {
          looking = false
        },
        (error: unknown) => {
          const text = error instanceof Error ? error.message : String(error)
          exceeded(new ExecutionFailed('TASK_FAILED', `The task cannot be watched: ${text}`, true))
        },
      )
    }, this.#watchMs)
  }

  #take(memoryLimitBytes: number): TaskProcess {
    for (const [child, timer] of this.#idle) {
      if (child.memoryLimitBytes !== memoryLimitBytes || !child.alive) continue
      clearTimeout(timer)
      this.#idle.delete(child)
      return child
    }
    return this.#process(memoryLimitBytes)
  }

  #process(memoryLimitBytes: number): TaskProcess {
    return new TaskProcess(this.#entry, memoryLimitBytes, this.#configuration, this.#nodeOptions)
  }

  /** Keeps a process for the next task: the warm one for good, others until they have idled for too long. */
  #rest(child: TaskProcess): void {
    const keeps = !this.#keepWarm || [...this.#idle.values()].some((timer) => timer === undefined)
    const timer = keeps
      ? setTimeout(() => {
          this.#idle.delete(child)
          void child.stop(this.#graceMs)
        }, this.#idleMs)
      : undefined
    this.#idle.set(child, timer)
    child.exited.then(() => {
      clearTimeout(this.#idle.get(child))
      this.#idle.delete(child)
    })
  }
}

/** The way out for most services. */
const ASK_LESS = 'Ask for a smaller region.'

const cancelled = () => new ExecutionFailed('CANCELLED', 'The task was cancelled.', false)

const durationExceeded = () =>
  new ExecutionFailed(
    'EXECUTION_DURATION_EXCEEDED',
    'The job ran for longer than its execution duration. Ask for a longer one, or for less work.',
    false,
  )

const memoryExceeded = ({ memoryLimitBytes, askLess = ASK_LESS }: ExecutionRequest) =>
  new ExecutionFailed(
    'MEMORY_LIMIT_EXCEEDED',
    `A task used more than its ${mebibytes(memoryLimitBytes)} MiB of memory. ${askLess}`,
    false,
  )

const outputExceeded = ({ outputLimitBytes, askLess = ASK_LESS }: ExecutionRequest) =>
  new ExecutionFailed(
    'OUTPUT_LIMIT_EXCEEDED',
    `The results are larger than the ${mebibytes(outputLimitBytes)} MiB that the job may write. ${askLess}`,
    false,
  )

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 ** 2)
}

function outputExcess(
  files: readonly ProducedFile[],
  request: ExecutionRequest,
): ExecutionFailed | undefined {
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  return total > request.outputLimitBytes ? outputExceeded(request) : undefined
}

function crashed(
  child: TaskProcess,
  exit: { code: number | null; signal: NodeJS.Signals | null },
  request: ExecutionRequest,
): ExecutionFailed {
  if (child.lastWords.includes('heap out of memory')) return memoryExceeded(request)
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`
  return new ExecutionFailed('TASK_CRASHED', `The task's process ended with ${how}.`, true)
}
