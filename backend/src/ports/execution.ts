/** Runs tasks of registered services, each fenced off from the worker and within its limits. */
export interface Execution {
  /** Resolves with what the task made; throws ExecutionFailed otherwise. */
  run(request: ExecutionRequest): Promise<ExecutionResult>
  /** Gets ready for the next task, so that it starts without delay. */
  warm(): void
  /** Ends what runs, and waits for its end. */
  close(): Promise<void>
}

export interface ExecutionRequest {
  /** Id of a registered service. */
  readonly service: string
  /** The service's run for a task of its plan, or its collect for what those left. */
  readonly step: 'run' | 'collect'
  /** What the service's plan made for this task, or what collect is given; JSON. */
  readonly payload: unknown
  /** An existing, empty folder of the task's own. */
  readonly folder: string
  /** What the task may read beside its payload; counts for no limit. */
  readonly inputFolder?: string | undefined
  /** Resident memory. */
  readonly memoryLimitBytes: number
  /** Sum of the files in the folder. */
  readonly outputLimitBytes: number
  /** What helps when memory or results exceed their limits: a sentence. Default: to ask for a smaller region. */
  readonly askLess?: string | undefined
  readonly timeoutMs: number
  /** Whether the files' SHA-256 is wanted; it costs more than the making of most. Default true. */
  readonly digests?: boolean
  /** Stops the task, by force when it does not stop by itself; run() then throws reason CANCELLED. */
  readonly signal: AbortSignal
  /** [0, 1], as often as the task likes. */
  readonly onProgress: (fraction: number) => void
  readonly onLog: (line: string) => void
}

export interface ExecutionResult {
  /** Those in the task's folder that it names as results. */
  readonly files: readonly ProducedFile[]
  /** JSON of at most VALUE_MAX_BYTES for the service's collect; null for none. */
  readonly value: unknown
}

/** Of a task's value, as JSON in UTF-8. */
export const VALUE_MAX_BYTES = 64 * 1024

export interface ProducedFile {
  /** Inside the task's folder; no separators. */
  readonly fileName: string
  readonly mediaType: string
  readonly sizeBytes: number
  /** Lower-case hexadecimal; empty when digests were not wanted. */
  readonly sha256: string
  /** What the file was made from. */
  readonly sourceId: string
  readonly stencil: string
}

/** Stable reasons of failure that every adapter gives; a service's own reasons come beside them. */
export type ExecutionFailure =
  | 'CANCELLED'
  | 'EXECUTION_DURATION_EXCEEDED'
  | 'MEMORY_LIMIT_EXCEEDED'
  | 'OUTPUT_LIMIT_EXCEEDED'
  | 'TASK_CRASHED'
  | 'TASK_FAILED'
  | 'TASK_VALUE_UNUSABLE'

export class ExecutionFailed extends Error {
  override readonly name = 'ExecutionFailed'
  readonly reason: string
  /** Whether another attempt might succeed. */
  readonly transient: boolean

  constructor(reason: string, message: string, transient: boolean) {
    super(message)
    this.reason = reason
    this.transient = transient
  }
}
