import { type ChildProcess, fork } from 'node:child_process'
import type { RunTask, TaskMessage, WorkerMessage } from './task-protocol.ts'

const STDERR_KEPT_BYTES = 4096
/** Of the memory that a task may take. */
const HEAP_SHARE = 0.75

export interface TaskExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One child process that runs one task after another. */
export class TaskProcess {
  readonly memoryLimitBytes: number
  readonly exited: Promise<TaskExit>
  readonly #child: ChildProcess
  #onMessage: ((message: TaskMessage) => void) | undefined
  #stderr = ''
  #alive = true

  /** @param nodeOptions beside the limit of memory */
  constructor(
    entry: URL,
    memoryLimitBytes: number,
    configuration: unknown,
    nodeOptions: readonly string[] = [],
  ) {
    this.memoryLimitBytes = memoryLimitBytes
    this.#child = fork(entry, [], {
      // Of V8's heap alone, which grows to that before it is cleared up well; buffers and code stand outside of it, and
      // the watch on resident memory sees all.
      execArgv: [
        `--max-old-space-size=${Math.max(32, Math.floor((HEAP_SHARE * memoryLimitBytes) / 1024 ** 2))}`,
        '--max-semi-space-size=16',
        ...nodeOptions,
      ],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      // The worker's secrets are none of a task's business.
      env: {},
    })
    this.#child.on('message', (message) => this.#onMessage?.(message as TaskMessage))
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString('utf8')).slice(-STDERR_KEPT_BYTES)
    })
    this.#send({ kind: 'configure', configuration, worker: process.pid })
    this.exited = new Promise((resolve) => {
      const ended = (exit: TaskExit) => {
        this.#alive = false
        resolve(exit)
      }
      this.#child.once('error', (error) => {
        this.#stderr += String(error)
        if (this.#child.pid === undefined) ended({ code: null, signal: null })
      })
      this.#child.once('close', (code, signal) => ended({ code, signal }))
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get alive(): boolean {
    return this.#alive && this.#child.connected
  }

  /** The end of what the process wrote to stderr, where Node says why it gave up. */
  get lastWords(): string {
    return this.#stderr
  }

  start(task: RunTask, onMessage: (message: TaskMessage) => void): void {
    this.#onMessage = onMessage
    this.#send(task)
  }

  release(): void {
    this.#onMessage = undefined
  }

  /** SIGTERM, then SIGKILL to what is still there after the grace period. */
  async stop(graceMs: number): Promise<void> {
    if (!this.#alive) return
    const force = setTimeout(() => this.#child.kill('SIGKILL'), graceMs)
    this.#child.kill('SIGTERM')
    try {
      await this.exited
    } finally {
      clearTimeout(force)
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #send(message: WorkerMessage): void {
    this.#child.send(message, (error) => {
      // Of a process that has ended, whose exit tells the rest.
      if (error !== null) this.#stderr += String(error)
    })
  }
}
