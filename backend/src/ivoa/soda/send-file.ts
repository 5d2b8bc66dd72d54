import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { ImmediateFile } from '../../modules/jobs/index.ts'
import { contentDisposition, type Exchange } from '../http/index.ts'

/** Read and written in one piece; larger ones pass through as the client reads them. */
const ONE_PIECE_BYTES = 4 * 1024 ** 2
const READ_BYTES = 512 * 1024
/** A client that reads nothing for so long holds a file for nobody. */
const STALL_MS = 60_000

/** Answers with a file that is gone afterwards. */
export async function sendFile({ method, response }: Exchange, file: ImmediateFile): Promise<void> {
  const { path, fileName, mediaType, sizeBytes } = file
  const bytes = method !== 'HEAD' && sizeBytes <= ONE_PIECE_BYTES ? await readFile(path) : undefined
  response.writeHead(200, {
    'content-type': mediaType,
    'content-length': sizeBytes,
    'content-disposition': contentDisposition('attachment', fileName),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  if (method === 'HEAD' || bytes !== undefined) {
    response.end(bytes)
    return
  }
  response.setTimeout(STALL_MS, () => response.destroy())
  await pipeline(createReadStream(path, { highWaterMark: READ_BYTES }), response).catch(
    (error: NodeJS.ErrnoException) => {
      // The reader went away, which is its right.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    },
  )
}
