import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { finished, pipeline } from 'node:stream/promises'
import type { ImmediateFile } from '../../modules/jobs/index.ts'
import { contentDisposition, type Exchange } from '../http/index.ts'

/** Read and written in one piece; larger ones pass through as the client reads them. */
const ONE_PIECE_BYTES = 4 * 1024 ** 2
const READ_BYTES = 512 * 1024
/** A client that reads nothing for so long holds a file for nobody. */
const STALL_MS = 60_000

/**
 * Answers with a file that is gone afterwards. Resolves when the client has it all, or is gone: until then it counts
 * among what is under way, in memory or on disk.
 */
export async function sendFile(
  { method, request, response }: Pick<Exchange, 'method' | 'request' | 'response'>,
  file: ImmediateFile,
): Promise<void> {
  const { path, fileName, mediaType, sizeBytes } = file
  const bytes = method !== 'HEAD' && sizeBytes <= ONE_PIECE_BYTES ? await readFile(path) : undefined
  response.writeHead(200, {
    'content-type': mediaType,
    'content-length': sizeBytes,
    'content-disposition': contentDisposition('attachment', fileName),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.setTimeout(STALL_MS, () => response.destroy())
  // An answer whose turn on its connection has not come hears nothing of that connection's end.
  const gone = new AbortController()
  const onClose = () => gone.abort()
  const { signal } = gone
  request.socket.once('close', onClose)
  try {
    if (method === 'HEAD' || bytes !== undefined) await finished(response.end(bytes), { signal })
    else await pipeline(createReadStream(path, { highWaterMark: READ_BYTES }), response, { signal })
  } catch (error) {
    // The reader went away, which is its right.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ABORT_ERR') throw error
  } finally {
    request.socket.off('close', onClose)
  }
}
