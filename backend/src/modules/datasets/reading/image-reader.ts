import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { v7 } from 'uuid'
import type { DatasetLocation } from '../../../ports/dataset-files.ts'
import { type Execution, ExecutionFailed } from '../../../ports/execution.ts'
import type { DatasetContent } from '../dataset.ts'
import { RegistrationError } from '../registration-error.ts'
import { FACTS_FILE, PYRAMID_FILE, READ_IMAGE, UNREADABLE } from './reading-files.ts'

type ReadContent = Omit<DatasetContent, 'sha256' | 'pyramidKey'>

export interface ImageReaderOptions {
  /** Whose processes run task-runner.ts. */
  readonly execution: Execution
  /** On the disk of the object store, where that stands on one; made when absent. */
  readonly scratchFolder: string
}

/** About 1 KiB for each pixel of a row: enough for rows of a million. */
const MEMORY_BYTES = 1.5 * 1024 ** 3
const TIMEOUT_MS = 10 * 60_000
/** The reduced levels are a third of the image's pixels, in two bytes each; of an image of bytes they are more than half. */
const OUTPUT_SHARE = 2
const OUTPUT_LEAST_BYTES = 64 * 1024 ** 2

/** Reads images of any size beside the server, which goes on answering meanwhile. */
export class ImageReader {
  readonly #options: ImageReaderOptions

  constructor(options: ImageReaderOptions) {
    this.#options = options
  }

  /**
   * Gives the header's content and the path of the pyramid to `take`; the path is gone afterwards. Throws
   * RegistrationError with a sentence for people when the file is no image that Fairlead reads.
   */
  async read<Answer>(
    location: DatasetLocation,
    take: (content: ReadContent, pyramidPath: string) => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const folder = join(this.#options.scratchFolder, `image-${v7()}`)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      await this.#run(location, folder, signal)
      return await take(
        contentOf(await readFile(join(folder, FACTS_FILE), 'utf8')),
        join(folder, PYRAMID_FILE),
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #run(location: DatasetLocation, folder: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.execution.run({
        service: READ_IMAGE,
        step: 'run',
        payload: location,
        folder,
        memoryLimitBytes: MEMORY_BYTES,
        outputLimitBytes: OUTPUT_LEAST_BYTES + OUTPUT_SHARE * location.sizeBytes,
        timeoutMs: TIMEOUT_MS,
        digests: false,
        signal,
        onProgress: () => undefined,
        onLog: () => undefined,
      })
    } catch (error) {
      if (!(error instanceof ExecutionFailed)) throw error
      const sentence = sentences[error.reason]
      if (error.reason === UNREADABLE) throw new RegistrationError(error.message, { cause: error })
      if (sentence !== undefined) throw new RegistrationError(sentence, { cause: error })
      throw error
    }
  }
}

const sentences: Readonly<Record<string, string>> = {
  EXECUTION_DURATION_EXCEEDED:
    'Reading it took longer than 10 minutes. Ask the operator to register it from a folder.',
  MEMORY_LIMIT_EXCEEDED:
    'Its rows are too long to be read here. Ask the operator to register it from a folder.',
}

function contentOf(json: string): ReadContent {
  const { axes, coverage, hdu, bitpix, unit, header, pyramid } = JSON.parse(json) as Omit<
    ReadContent,
    'axes'
  > & {
    axes: readonly string[]
  }
  return { axes: axes.map(BigInt), coverage, hdu, bitpix, unit, header, pyramid }
}
