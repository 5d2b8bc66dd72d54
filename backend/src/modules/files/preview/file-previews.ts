import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { FilePreview } from '@fairlead/proto/server/fairlead/files/v1/files'
import { v7 } from 'uuid'
import { FitsError } from '../../../fits/index.ts'
import { type Execution, ExecutionFailed } from '../../../ports/execution.ts'
import { ObjectNotFound, type Objects } from '../../../ports/objects.ts'
import type { ReleasedFile } from '../files/files-service.ts'
import { fitsPreview } from './fits-preview.ts'
import {
  CONTENT_FILE,
  NOT_SHOWN,
  PNG_FILE,
  type PreviewOrder,
  SEEN_FILE,
  type Seen,
} from './preview-order.ts'
import { Turns } from './turns.ts'

export interface FilePreviewsOptions {
  readonly objects: Pick<Objects, 'get'>
  /** Whose processes run preview-runner.ts. */
  readonly execution: Execution
  /** Made when absent. */
  readonly scratchFolder: string
}

type LookedInto = Pick<ReleasedFile, 'displayName' | 'mediaType' | 'objectKey' | 'sizeBytes'>

const MEMORY_BYTES = 1024 ** 3
const TIMEOUT_MS = 20_000
const OUTPUT_BYTES = 16 * 1024 ** 2
/** Images are decoded as a whole. */
const IMAGE_BYTES = 64 * 1024 ** 2
/** Of tables and texts. */
const BEGINNING_BYTES = 256 * 1024
/** At a time: an image takes a core, and much memory. */
const AT_A_TIME = 1
const WAITING = 16

/** Shows what is in released files, without their content ever being opened in the server itself or in a browser. */
export class FilePreviews {
  readonly #options: FilePreviewsOptions
  readonly #turns = new Turns(AT_A_TIME, WAITING)

  constructor(options: FilePreviewsOptions) {
    this.#options = options
  }

  async look(file: LookedInto, signal: AbortSignal): Promise<FilePreview> {
    try {
      if (file.mediaType === 'image/fits') {
        const units = await fitsPreview(this.#options.objects, file, signal)
        return { content: { $case: 'fits', value: { units } } }
      }
      const order = orderOf(file)
      if (typeof order === 'string') return unavailable(order)
      return await this.#turns.take(() => this.#lookInto(file, order, signal), signal)
    } catch (error) {
      if (error instanceof FitsError) return unavailable(error.message)
      if (error instanceof ObjectNotFound) return unavailable('Its content is not there any more.')
      if (!(error instanceof ExecutionFailed) || error.reason === 'CANCELLED') throw error
      if (error.reason === NOT_SHOWN) return unavailable(error.message)
      return unavailable('It took too much time or memory to look into it. Fetch the file.')
    }
  }

  async #lookInto(file: LookedInto, order: PreviewOrder, signal: AbortSignal): Promise<FilePreview> {
    const { execution, objects, scratchFolder } = this.#options
    const scratch = join(scratchFolder, `preview-${v7()}`)
    const [folder, inputFolder] = [join(scratch, 'out'), join(scratch, 'in')]
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await mkdir(inputFolder, { mode: 0o700 })
      const end = Math.min(Number(file.sizeBytes), order.kind === 'image' ? IMAGE_BYTES : BEGINNING_BYTES)
      const content = await objects.get(file.objectKey, { start: 0, end })
      await pipeline(content, createWriteStream(join(inputFolder, CONTENT_FILE)), { signal })
      await execution.run({
        service: 'preview',
        step: 'run',
        payload: order,
        folder,
        inputFolder,
        memoryLimitBytes: MEMORY_BYTES,
        outputLimitBytes: OUTPUT_BYTES,
        timeoutMs: TIMEOUT_MS,
        digests: false,
        signal,
        onProgress: () => undefined,
        onLog: () => undefined,
      })
      return await previewIn(folder)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }
}

const TEXT_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/xml',
  'application/yaml',
  'application/x-ndjson',
])
const TABLE_TYPES: ReadonlySet<string> = new Set(['text/csv', 'text/tab-separated-values'])

/** How to look into it, or why there is nothing to see. */
function orderOf({ displayName, mediaType, sizeBytes }: LookedInto): PreviewOrder | string {
  const truncated = sizeBytes > BigInt(BEGINNING_BYTES)
  if (mediaType.startsWith('image/') && mediaType !== 'image/svg+xml') {
    if (sizeBytes > BigInt(IMAGE_BYTES)) {
      return `Images of up to ${IMAGE_BYTES / 1024 ** 2} MiB are shown; this one is larger. Fetch the file.`
    }
    return { kind: 'image', mediaType, truncated: false }
  }
  if (TABLE_TYPES.has(mediaType) || (mediaType === 'text/plain' && /\.(csv|tsv)$/i.test(displayName))) {
    return { kind: 'table', mediaType, truncated }
  }
  if (mediaType.startsWith('text/') || TEXT_TYPES.has(mediaType))
    return { kind: 'text', mediaType, truncated }
  return 'Files of this type are not shown here. Fetch the file.'
}

async function previewIn(folder: string): Promise<FilePreview> {
  const seen = JSON.parse(await readFile(join(folder, SEEN_FILE), 'utf8')) as Seen
  switch (seen.kind) {
    case 'image': {
      const { widthPx, heightPx } = seen
      const png = await readFile(join(folder, PNG_FILE))
      return { content: { $case: 'image', value: { png, widthPx, heightPx } } }
    }
    case 'table': {
      const rows = seen.rows.map((cells) => ({ cells: [...cells] }))
      const { columns, truncated } = seen
      return { content: { $case: 'table', value: { columns: [...columns], rows, truncated } } }
    }
    case 'text':
      return { content: { $case: 'text', value: { text: seen.text, truncated: seen.truncated } } }
    default: {
      const never: never = seen
      throw new Error(`unknown content ${JSON.stringify(never)}`)
    }
  }
}

function unavailable(sentence: string): FilePreview {
  return { content: { $case: 'unavailable', value: sentence } }
}
