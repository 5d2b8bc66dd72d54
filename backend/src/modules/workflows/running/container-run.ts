import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import {
  type ContainerChange,
  type ContainerExecution,
  type ContainerOrder,
  leave,
} from '../../../ports/containers.ts'
import { ExecutionFailed } from '../../../ports/execution.ts'
import type { Objects } from '../../../ports/objects.ts'
import type { Scanner } from '../../../ports/scanner.ts'
import { type ExternalResult, type ExternalRun, type ExternalTask, runPrefix } from '../../jobs/index.ts'
import type { StagingTokens } from '../staging/index.ts'
import { parseStepPayload, type StepPayload } from '../step-payload.ts'
import type { ContainerMetrics } from './container-metrics.ts'
import { ContainerRecorder } from './container-recorder.ts'
import {
  closeContainers,
  collectedOutputs,
  containersOfRun,
  deleteOutputs,
  logsUntil,
  usedSeconds,
} from './container-store.ts'
import type { InputStores } from './input-source.ts'
import { type PreparedRun, prepareRun } from './prepare-run.ts'
import type { RunOfStep } from './run-of-step.ts'
import { scanOutputs } from './scan-outputs.ts'
import { taskOutputs } from './task-outputs.ts'

export interface ContainerRunOptions extends InputStores {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly scanner: Scanner
  readonly containers: ContainerExecution
  /** How containers reach the staging server. */
  readonly stagingUrl: string
  readonly tokens: StagingTokens
  readonly metrics: ContainerMetrics
  readonly log: Logger
  /** Between two writes of what becomes of containers. Default 250 ms. */
  readonly recordIntervalMs?: number
  /** While the scanner or the store is away. Default: 1 s to 60 s. */
  readonly scanPausesMs?: readonly number[]
}

/**
 * Beyond what is left of the job: a run that is taken over goes on with the token that it began with, and its job may be
 * given more time. The token is good for nothing once its run has ended.
 */
const TOKEN_GRACE_MS = 24 * 3_600_000
/**
 * Between tries of what a moment without the database must not make another run of: for longer than a lease lasts, so
 * that the task is let go of before it is given up.
 */
const PAUSES_MS = [200, 1_000, 3_000, 6_000, 10_000, 20_000, 20_000]

/** Runs steps as containers. */
export function containerRun(options: ContainerRunOptions): ExternalRun {
  return { run: async (task) => new StepRun(options, task).run() }
}

class StepRun {
  readonly #options: ContainerRunOptions
  readonly #task: ExternalTask
  readonly #payload: StepPayload
  readonly #run: RunOfStep
  readonly #begunMs = performance.now()
  readonly #recorder: ContainerRecorder
  /** Whether there may be something of the run on the cluster. */
  #mayRun = false

  constructor(options: ContainerRunOptions, task: ExternalTask) {
    this.#options = options
    this.#task = task
    this.#payload = parseStepPayload(task.payload)
    this.#run = {
      key: { jobId: task.jobId, taskIndex: task.index, run: task.run },
      organizationId: task.organizationId,
      attempt: task.attempt,
    }
    this.#recorder = new ContainerRecorder({
      dataSource: options.dataSource,
      run: this.#run,
      ...(options.recordIntervalMs === undefined ? {} : { intervalMs: options.recordIntervalMs }),
      onError: (error) =>
        options.log.warn({ err: error, job: task.jobId }, 'what became of containers was not written'),
    })
  }

  async run(): Promise<ExternalResult> {
    try {
      const result = await this.#steps()
      await this.#finishRecord()
      await this.#removeContainers()
      return result
    } catch (error) {
      await this.#finishRecord()
      if (!this.#task.signal.aborted || !(await this.#task.goesOn())) await this.#forget()
      throw error
    }
  }

  async #steps(): Promise<ExternalResult> {
    const { dataSource, objects, scanner, scanPausesMs } = this.#options
    const { signal } = this.#task
    const prepared = await this.#patiently(() =>
      prepareRun(dataSource, this.#options, this.#run, this.#payload),
    )
    this.#mayRun = prepared.adopted
    // A worker before this one has seen it, and was lost before it said so.
    if (prepared.failure !== undefined) throw failureOf(prepared.failure)
    if (prepared.completed.size < prepared.count) await this.#runContainers(prepared)
    const outputs = await this.#patiently(() => collectedOutputs(dataSource, this.#run.key))
    const scanStates = await scanOutputs(outputs, {
      objects,
      scanner,
      signal,
      deadlineMs: this.#deadlineMs,
      onWaiting: (message) => this.#recorder.waiting(message),
      ...(scanPausesMs === undefined ? {} : { pausesMs: scanPausesMs }),
    })
    return {
      outputs: taskOutputs(outputs, scanStates, prepared.count),
      usedSeconds: await this.#patiently(() => usedSeconds(dataSource, this.#run.key)),
    }
  }

  get #deadlineMs(): number {
    return this.#begunMs + this.#task.remainingMs
  }

  async #runContainers(prepared: PreparedRun): Promise<void> {
    const { containers, dataSource } = this.#options
    const stop = new AbortController()
    const onAbort = () => {
      // What cannot be known is left: it is removed later when nobody needs it.
      this.#task.goesOn().then(
        (goesOn) => stop.abort(goesOn ? leave : this.#task.signal.reason),
        () => stop.abort(leave),
      )
    }
    this.#task.signal.addEventListener('abort', onAbort, { once: true })
    if (this.#task.signal.aborted) onAbort()
    try {
      this.#mayRun = true
      await containers.run(await this.#order(prepared, stop.signal))
      this.#mayRun = false
    } catch (error) {
      this.#task.signal.throwIfAborted()
      if (!(error instanceof ExecutionFailed)) throw error
      this.#mayRun = false
      await this.#patiently(() => this.#recorder.flush())
      // Of the container itself, which the agent may have told of more precisely.
      const { failure } = await this.#patiently(() => containersOfRun(dataSource, this.#run.key))
      throw failure?.reason === error.reason ? failureOf(failure) : error
    } finally {
      this.#task.signal.removeEventListener('abort', onAbort)
    }
    await this.#patiently(() => this.#recorder.flush())
  }

  async #order(prepared: PreparedRun, signal: AbortSignal): Promise<ContainerOrder> {
    const { dataSource, stagingUrl, tokens } = this.#options
    const { key, organizationId } = this.#run
    const payload = this.#payload
    const { outputLimitBytes, remainingMs } = this.#task
    const expireTime = new Date(Date.now() + remainingMs + TOKEN_GRACE_MS)
    const logged = prepared.adopted ? await logsUntil(dataSource, key) : undefined
    const watch = this.#watch(prepared)
    return {
      key,
      organizationId,
      image: payload.image,
      command: payload.command,
      arguments: payload.arguments,
      variables: payload.parameters,
      count: prepared.count,
      parallel: Math.max(1, Math.min(payload.maxParallel, prepared.count)),
      cpuMillis: payload.cpuMillis,
      memoryBytes: payload.memoryBytes,
      diskBytes: payload.diskBytes,
      gpus: payload.gpus,
      nodeLabels: payload.nodeLabels,
      containerTimeoutMs: payload.maxDurationMs,
      timeoutMs: Math.max(1, this.#deadlineMs - performance.now()),
      staging: { url: stagingUrl, token: tokens.make({ ...key, outputLimitBytes }, expireTime) },
      signal,
      onChange: watch,
      onLog: (line) => {
        this.#task.log(line.text, line.number)
        this.#recorder.logged(line)
      },
      onUse: (use) => this.#recorder.use(use),
      onWaiting: (message) => this.#recorder.waiting(message),
      logsAfter: () => logged,
    }
  }

  #watch({ completed, count, adopted }: PreparedRun): (change: ContainerChange) => void {
    const { metrics } = this.#options
    const done = new Set(completed)
    const running = new Set<number>()
    this.#task.progress(done.size / count)
    return (change) => {
      const { number, state } = change
      this.#recorder.change(change)
      if (state === 'RUNNING' && !running.has(number)) {
        running.add(number)
        // How long one that is taken over took to start is not this worker's to tell.
        if (!adopted) metrics.started((performance.now() - this.#begunMs) / 1000)
      }
      if (state === 'COMPLETED' && !done.has(number)) {
        done.add(number)
        this.#task.progress(done.size / count)
      }
      if (state === 'COMPLETED' || state === 'FAILED' || state === 'CANCELLED') metrics.ended(change)
    }
  }

  async #finishRecord(): Promise<void> {
    try {
      await this.#recorder.finish()
    } catch (error) {
      this.#warn(error, 'the last of what became of containers was not written')
    }
  }

  /** Keeps nothing of a run that failed, or whose job has ended. */
  async #forget(): Promise<void> {
    const { dataSource, objects } = this.#options
    const { key, organizationId } = this.#run
    await this.#removeContainers()
    try {
      await closeContainers(dataSource, key, organizationId)
      await objects.deletePrefix(runPrefix(key.jobId, key.taskIndex, key.run))
      await deleteOutputs(dataSource, key)
    } catch (error) {
      this.#warn(error, 'something of a run that is over is left for the clean-up after its job')
    }
  }

  /** What cannot be removed now is found by who compares what runs on the cluster with the tasks. */
  async #removeContainers(): Promise<void> {
    if (!this.#mayRun) return
    try {
      await this.#options.containers.remove(this.#run.key)
    } catch (error) {
      this.#warn(error, 'containers of a run that is over are left for now')
    }
  }

  async #patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    const { signal } = this.#task
    for (const pauseMs of PAUSES_MS) {
      signal.throwIfAborted()
      try {
        return await work()
      } catch (error) {
        if (error instanceof ExecutionFailed) throw error
        this.#warn(error, 'a step of a workflow waits')
        await setTimeout(pauseMs, undefined, { signal })
      }
    }
    return work()
  }

  #warn(error: unknown, what: string): void {
    const { jobId, index, run } = this.#task
    this.#options.log.warn({ err: error, job: jobId, task: index, run }, what)
  }
}

function failureOf({ reason, message, transient }: NonNullable<PreparedRun['failure']>): ExecutionFailed {
  return new ExecutionFailed(reason, message, transient)
}
