import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DataSource } from 'typeorm'
import { MAX_OUTPUTS, pathFault } from '../../../agent/file-path.ts'
import { inTransaction } from '../../../database/index.ts'
import { type DatasetFiles, DatasetUnavailable } from '../../../ports/dataset-files.ts'
import { InsufficientStorage, ObjectNotFound, type Objects } from '../../../ports/objects.ts'
import { mediaTypeOf, SNIFFED_BYTES } from '../../files/index.ts'
import { runPrefix } from '../../jobs/index.ts'
import { CheckedContent, type PromisedContent } from './checked-content.ts'
import type { StagedInput } from './staged-input.ts'
import type { StagingMetrics } from './staging-metrics.ts'
import { StagingRefused } from './staging-refused.ts'
import {
  type ContainerInputs,
  type ContainerKey,
  completeOutput,
  containerInput,
  containerInputs,
  countOutputs,
  dropReservation,
  forgetOutputs,
  type OutputPlace,
  reportFailure,
  reserveOutput,
  runStanding,
  type StagingFailure,
} from './staging-store.ts'

export interface StagingServiceOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly datasetFiles: DatasetFiles
  readonly metrics: StagingMetrics
}

export interface InputContent {
  readonly sizeBytes: number
  /** The caller's to read or to destroy. */
  readonly stream: Readable
}

/** What containers fetch and leave, while their run is the present one of its step. All throw StagingRefused. */
export class StagingService {
  readonly #dataSource: DataSource
  readonly #objects: Objects
  readonly #datasetFiles: DatasetFiles
  readonly #metrics: StagingMetrics

  constructor(options: StagingServiceOptions) {
    this.#dataSource = options.dataSource
    this.#objects = options.objects
    this.#datasetFiles = options.datasetFiles
    this.#metrics = options.metrics
  }

  async inputs(key: ContainerKey): Promise<ContainerInputs> {
    await this.#assertPresent(key)
    return (await containerInputs(this.#dataSource, key)) ?? noContainer(key)
  }

  async input(key: ContainerKey, position: number, signal: AbortSignal): Promise<InputContent> {
    await this.#assertPresent(key)
    const input = await containerInput(this.#dataSource, key, position)
    if (input === undefined) {
      throw new StagingRefused(404, 'NO_SUCH_INPUT', `Container ${key.number} has no input ${position}.`)
    }
    const stream = await this.#open(input, signal)
    this.#metrics.moved('in', input.sizeBytes)
    return { sizeBytes: input.sizeBytes, stream }
  }

  /** Stores a file whole or not at all, in place of one that the container left under the same path before. */
  async receive(
    key: ContainerKey,
    path: string,
    promised: PromisedContent,
    content: AsyncIterable<Buffer>,
    signal: AbortSignal,
  ): Promise<void> {
    const fault = pathFault(path)
    if (fault !== undefined) {
      const sentence = `The name ${JSON.stringify(path)} ${fault}. Leave the file under another one.`
      throw new StagingRefused(400, 'OUTPUT_UNUSABLE', sentence)
    }
    await this.#assertPresent(key)
    // A key of its own for each try: what another one has stored, or is storing, stays whole.
    const objectKey = `${runPrefix(key.jobId, key.taskIndex, key.run)}${key.number}/${randomUUID()}`
    const place: OutputPlace = { path, objectKey, sizeBytes: promised.sizeBytes }
    const replaced = await this.#reserve(key, place)
    let kept = false
    try {
      if (replaced !== undefined) await this.#objects.delete(replaced)
      const checked = new CheckedContent(promised, SNIFFED_BYTES)
      // Either end may fail first; a failure of one destroys the other, and both are waited for.
      const [stored, arrived] = await Promise.allSettled([
        this.#objects.put(objectKey, checked, { signal }).catch((error: unknown) => {
          checked.destroy()
          throw error
        }),
        pipeline(content, checked, { signal }),
      ])
      if (arrived.status === 'rejected' && arrived.reason instanceof StagingRefused) throw arrived.reason
      if (stored.status === 'rejected') throw asRefusal(stored.reason)
      if (arrived.status === 'rejected') throw arrived.reason
      const mediaType = await mediaTypeOf(checked.beginning, path)
      kept = await completeOutput(this.#dataSource, key, place, { mediaType, sha256: promised.sha256 })
      if (!kept) {
        await this.#assertPresent(key)
        throw new StagingRefused(409, 'REPLACED', `${path} was sent again meanwhile.`)
      }
      this.#metrics.moved('out', promised.sizeBytes)
    } finally {
      if (!kept) await this.#discard(key, place)
    }
  }

  /** What a pod left that was lost before it was done, and that another runs in the place of. */
  async forget(key: ContainerKey): Promise<void> {
    await this.#assertPresent(key)
    for (const objectKey of await forgetOutputs(this.#dataSource, key)) await this.#objects.delete(objectKey)
  }

  async fail(key: ContainerKey, failure: StagingFailure): Promise<void> {
    await this.#assertPresent(key)
    if (!(await reportFailure(this.#dataSource, key, failure))) noContainer(key)
  }

  async #assertPresent(key: ContainerKey): Promise<void> {
    const standing = await runStanding(this.#dataSource, key)
    if (standing === 'BETWEEN_WORKERS') {
      const sentence = 'The worker of this task was lost; another will go on with it. Try again shortly.'
      throw new StagingRefused(503, 'TASK_BETWEEN_WORKERS', sentence)
    }
    if (standing === 'ENDED') {
      throw new StagingRefused(410, 'TASK_NOT_RUNNING', 'This run of the task has ended.')
    }
  }

  async #open({ source, sizeBytes, path }: StagedInput, signal: AbortSignal): Promise<Readable> {
    try {
      if (source.kind === 'object') return await this.#objects.get(source.key)
      const { location } = source
      const current = await this.#datasetFiles.openCurrent(location.address, { signal })
      try {
        const { version } = current.location
        if (version !== location.version || current.location.sizeBytes !== sizeBytes) {
          const sentence = `${path} has changed since it was registered. Register the dataset again.`
          throw new StagingRefused(409, 'INPUT_CHANGED', sentence)
        }
        const stream = await current.stream()
        const close = () => void current.source.close().catch(() => undefined)
        stream.once('close', close)
        return stream
      } catch (error) {
        await current.source.close()
        throw error
      }
    } catch (error) {
      if (error instanceof ObjectNotFound) {
        throw new StagingRefused(404, 'INPUT_GONE', `${path} is not there any more.`, { cause: error })
      }
      // Gone, or its store is away for a moment: the agent tries again for a while.
      if (error instanceof DatasetUnavailable) {
        throw new StagingRefused(503, 'INPUT_UNAVAILABLE', `${path}: ${error.message}`, { cause: error })
      }
      throw error
    }
  }

  /** The key of what stood under the path before. */
  #reserve(key: ContainerKey, place: OutputPlace): Promise<string | undefined> {
    return inTransaction(this.#dataSource, async (manager) => {
      const others = await countOutputs(manager, key, place.path)
      const sizeBytes = others.sizeBytes + place.sizeBytes
      if (sizeBytes > key.outputLimitBytes) {
        throw new StagingRefused(
          413,
          'OUTPUT_LIMIT_EXCEEDED',
          `With ${place.path} the step leaves ${sizeBytes} bytes; ${key.outputLimitBytes} are the most. Leave less, or ask for a higher output limit.`,
        )
      }
      if (others.files >= MAX_OUTPUTS) {
        throw new StagingRefused(
          413,
          'OUTPUT_LIMIT_EXCEEDED',
          `The step leaves more than ${MAX_OUTPUTS} files. Put them together, as in an archive.`,
        )
      }
      const reservation = await reserveOutput(manager, key, place)
      return reservation.outcome === 'NO_CONTAINER' ? noContainer(key) : reservation.replaces
    })
  }

  async #discard(key: ContainerKey, place: OutputPlace): Promise<void> {
    await dropReservation(this.#dataSource, key, place)
    await this.#objects.delete(place.objectKey)
  }
}

function noContainer(key: ContainerKey): never {
  throw new StagingRefused(404, 'NO_SUCH_CONTAINER', `The run has no container ${key.number}.`)
}

function asRefusal(error: unknown): unknown {
  if (!(error instanceof InsufficientStorage)) return error
  const sentence = 'The store has no room for more. It goes on once the operator has made room.'
  return new StagingRefused(507, 'STORE_FULL', sentence, { cause: error })
}
