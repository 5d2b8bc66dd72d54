import { mkdir, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { invalidField } from '../../../errors/domain-error.ts'
import { type Execution, ExecutionFailed, type ProducedFile } from '../../../ports/execution.ts'
import type { Scanner } from '../../../ports/scanner.ts'
import type { ImmediateCharges, Use } from '../../credits/index.ts'
import type { Parameter } from '../job.ts'
import { recentDatasets } from '../recent-datasets.ts'
import { scanResult } from '../scan-result.ts'
import type { JobService, PlannedTask } from '../services/job-service.ts'
import { checkParameters } from '../services/parameters.ts'
import type { PlanDataset } from '../services/plan-context.ts'
import { FairSlots } from './fair-slots.ts'
import {
  immediateFailure,
  refuseSeveral,
  resultTooLarge,
  takesTooLong,
  tooBusy,
  tooManyAtOnce,
  tooMuchAtOnce,
  waitedTooLong,
} from './immediate-errors.ts'
import { Shares } from './shares.ts'

export interface ImmediateLimits {
  /** Tasks that run at once. Default: half of the processors, and two at least. */
  readonly slots: number
  /** Requests of one organisation that wait, run or are being answered. */
  readonly perOrganization: number
  /** Requests of all organisations together. */
  readonly together: number
  /** Of the results that one organisation's requests under way have or will have: slow readers keep theirs on disk. */
  readonly bytesPerOrganization: number
  /** Of those of all organisations together. */
  readonly bytesTogether: number
  /** From the request to its result, waiting included. */
  readonly timeMs: number
  readonly outputBytes: number
}

export const defaultLimits: Omit<ImmediateLimits, 'slots'> = {
  perOrganization: 64,
  together: 512,
  bytesPerOrganization: 1024 ** 3,
  bytesTogether: 4 * 1024 ** 3,
  // Clients and proxies commonly wait for a minute.
  timeMs: 30_000,
  outputBytes: 256 * 1024 ** 2,
}

/** Whoever waits for an answer does not wait for a scanner to come back. */
const SCANNER_PAUSES_MS = [500]

export interface ImmediateJobsOptions {
  readonly services: readonly JobService[]
  /** A dataset that the organisation may read, by its public identifier. */
  readonly dataset: (organizationId: string, id: string) => Promise<PlanDataset | undefined>
  readonly execution: Execution
  readonly scanner: Scanner
  /** Each request has a folder of its own in it for as long as it takes. */
  readonly scratchFolder: string
  /** Default: everything is free. */
  readonly charges?: ImmediateCharges
  readonly limits?: Partial<ImmediateLimits>
}

export interface ImmediateRequest {
  readonly service: string
  readonly parameters: readonly Parameter[]
  /** Who asks. */
  readonly userId: string
}

export interface ImmediateFile extends ProducedFile {
  /** Gone when what it was given to has ended. */
  readonly path: string
}

/**
 * Runs what is small enough to wait for: the same plan as a job's, but one task, in a process of this server's
 * own pool, and no record of it. The caller has been found to hold jobs.submit in the organisation.
 */
export class ImmediateJobs {
  readonly #options: ImmediateJobsOptions
  readonly #limits: ImmediateLimits
  readonly #slots: FairSlots
  readonly #dataset: ImmediateJobsOptions['dataset']
  readonly #requests: Shares
  readonly #bytes: Shares

  constructor(options: ImmediateJobsOptions) {
    this.#options = options
    const slots = Math.max(2, Math.floor(availableParallelism() / 2))
    this.#limits = { ...defaultLimits, slots, ...options.limits }
    this.#slots = new FairSlots(this.#limits.slots)
    const { perOrganization, together, bytesPerOrganization, bytesTogether } = this.#limits
    this.#requests = new Shares(perOrganization, together, tooManyAtOnce, tooBusy)
    this.#bytes = new Shares(bytesPerOrganization, bytesTogether, tooMuchAtOnce, tooBusy)
    this.#dataset = recentDatasets(options.dataset)
  }

  /**
   * Gives the result to `deliver`, and removes it when that has ended. What it costs is held before, and paid once the
   * result is there, whether or not it is read to its end.
   *
   * @param signal aborted when nobody waits for the answer any more: ends the task
   */
  async run<Answer>(
    organizationId: string,
    request: ImmediateRequest,
    deliver: (file: ImmediateFile) => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const shares = new DisposableStack()
    try {
      shares.use(this.#requests.take(organizationId, 1))
      const deadline = performance.now() + this.#limits.timeMs
      const service = this.#service(request.service)
      const task = await this.#plan(organizationId, service, request.parameters, signal)
      shares.use(this.#bytes.take(organizationId, Math.ceil(task.sizeBytes)))
      const folder = join(this.#options.scratchFolder, `immediate-${v7()}`)
      try {
        const file = await this.#paid(organizationId, request, task, () =>
          this.#inTurn(organizationId, service, task, folder, deadline, signal),
        )
        return await deliver({ ...file, path: join(folder, file.fileName) })
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    } finally {
      shares.dispose()
    }
  }

  #service(id: string): JobService {
    const service = this.#options.services.find((each) => each.id === id)
    if (service === undefined) {
      throw invalidField('service', `there is no service ${id}`, 'SERVICE_UNKNOWN')
    }
    return service
  }

  async #plan(
    organizationId: string,
    service: JobService,
    parameters: readonly Parameter[],
    signal: AbortSignal,
  ): Promise<PlannedTask> {
    const counts = Map.groupBy(parameters, ({ name }) => name)
    refuseSeveral([...counts].filter(([, given]) => given.length > 1).map(([name]) => name))
    const tasks = await service.plan(checkParameters(service.parameters, parameters), {
      dataset: (id) => this.#dataset(organizationId, id),
      // Enough to find out that there are several.
      maxTasks: parameters.length,
      immediate: true,
      signal,
    })
    const [task] = tasks
    if (tasks.length > 1) refuseSeveral([...counts.keys()])
    if (task === undefined) throw new Error(`${service.id} planned nothing`)
    if (task.sizeBytes > this.#limits.outputBytes) throw resultTooLarge(this.#limits.outputBytes)
    if (task.durationMs > this.#limits.timeMs) throw takesTooLong(this.#limits.timeMs)
    return task
  }

  /** Holds what the task costs at most, and pays for what it took; nothing when it fails. */
  async #paid(
    organizationId: string,
    { service, userId }: ImmediateRequest,
    { sizeBytes, durationMs }: PlannedTask,
    make: () => Promise<{ file: ProducedFile; ranMs: number }>,
  ): Promise<ProducedFile> {
    const held = await this.#options.charges?.hold({
      organizationId,
      serviceId: service,
      quote: { sizeBytes: BigInt(Math.ceil(sizeBytes)), durationMs: Math.ceil(durationMs), taskCount: 1 },
      actorId: userId,
    })
    let use: Use | undefined
    try {
      const { file, ranMs } = await make()
      use = {
        taskSeconds: BigInt(Math.max(1, Math.ceil(ranMs / 1000))),
        outputBytes: BigInt(file.sizeBytes),
      }
      return file
    } finally {
      await held?.settle(use)
    }
  }

  async #inTurn(
    organizationId: string,
    service: JobService,
    task: PlannedTask,
    folder: string,
    deadline: number,
    signal: AbortSignal,
  ): Promise<{ file: ProducedFile; ranMs: number }> {
    const tooLate = AbortSignal.timeout(Math.max(1, Math.ceil(deadline - performance.now())))
    const release = await this.#slots
      .take(organizationId, AbortSignal.any([signal, tooLate]))
      .catch((error) => {
        throw tooLate.aborted && !signal.aborted ? waitedTooLong(this.#limits.timeMs) : error
      })
    try {
      const beginMs = performance.now()
      const file = await this.#execute(service, task, folder, deadline - beginMs, signal)
      return { file, ranMs: performance.now() - beginMs }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (!(error instanceof ExecutionFailed)) throw error
      throw immediateFailure(error, this.#limits)
    } finally {
      release()
    }
  }

  async #execute(
    service: JobService,
    { payload }: PlannedTask,
    folder: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<ProducedFile> {
    const { execution, scanner } = this.#options
    await mkdir(folder, { recursive: true })
    const { files } = await execution.run({
      service: service.id,
      step: 'run',
      payload,
      folder,
      memoryLimitBytes: service.limits.memoryBytes,
      outputLimitBytes: this.#limits.outputBytes,
      timeoutMs: Math.max(1, timeoutMs),
      digests: false,
      signal,
      onProgress: () => undefined,
      onLog: () => undefined,
    })
    const [file] = files
    if (file === undefined) throw new ExecutionFailed('NO_RESULT', 'There is no result.', false)
    await scanResult(scanner, join(folder, file.fileName), file, signal, SCANNER_PAUSES_MS)
    return file
  }
}
