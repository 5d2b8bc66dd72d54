import type { IncomingMessage, ServerResponse } from 'node:http'
import { InsufficientStorage, UploadNotFound } from '../../ports/objects.ts'
import type { FilesystemUploads } from './filesystem-uploads.ts'
import { refuse } from './refuse.ts'
import type { SignedPart } from './signed-part.ts'

/** Of what is still being sent to a refused request, read to nowhere: a sender that is cut off sees no answer. */
const LINGER_MS = 5_000

/** Takes the part of an upload that its address allows. */
export async function receivePart(
  request: IncomingMessage,
  response: ServerResponse,
  uploads: FilesystemUploads,
  part: SignedPart,
  signal?: AbortSignal,
): Promise<void> {
  const { number, sizeBytes } = part
  const length = request.headers['content-length']
  if (length === undefined) {
    turnAway(request, response, 411, 'Say how many bytes come: a part is sent with its length.')
  } else if (Number(length) > sizeBytes) {
    turnAway(request, response, 413, `Part ${number} has ${sizeBytes} bytes; ${length} are too many.`)
  } else if (Number(length) < sizeBytes) {
    turnAway(request, response, 400, `Part ${number} has ${sizeBytes} bytes; ${length} are too few.`)
  } else if (!(await uploads.isGoingOn(part))) {
    turnAway(request, response, 404, ENDED)
  } else {
    try {
      await uploads.receivePart(part, part, request, signal)
      response.setHeader('cache-control', 'no-store')
      response.setHeader('content-length', 0)
      response.writeHead(200).end()
    } catch (error) {
      if (error instanceof UploadNotFound) turnAway(request, response, 409, ENDED)
      else if (error instanceof InsufficientStorage) turnAway(request, response, 507, FULL)
      // The sender went away, which is its right, or the server stops.
      else if (signal?.aborted === true || (request.destroyed && !request.complete)) response.destroy()
      else throw error
    }
  }
}

const ENDED = 'This upload has ended: it is complete, or it was given up. Begin another one.'
const FULL =
  'The store has no room for more. What has arrived is kept; go on once the operator has made room.'

/** Refuses while content may still be coming. */
export function turnAway(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  sentence: string,
): void {
  refuse(response, status, sentence)
  request.resume()
  const timer = setTimeout(() => request.destroy(), LINGER_MS)
  timer.unref()
  request.once('close', () => clearTimeout(timer))
}
