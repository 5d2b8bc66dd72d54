import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Scanner } from '../../../ports/scanner.ts'
import type { FilePolicy } from '../policies/policy-store.ts'
import { ArchiveInspector, ArchiveRefused, needsToBeWhole } from './archives/index.ts'
import type { ScanOutcome } from './scan-outcome.ts'

export interface ContentToScan {
  readonly content: Readable
  readonly sizeBytes: number
  /** As it was announced. */
  readonly sha256?: Buffer | undefined
  readonly policy: Pick<FilePolicy, 'encryptedArchives' | 'maxUnpackedBytes'>
  readonly scanner: Scanner
  readonly signal: AbortSignal
  readonly onProgress: (scannedBytes: number) => void
}

/**
 * Reads a content once, from its beginning to its end: for its digest, for what it holds when it is an archive, and
 * for the scanner.
 *
 * @throws ScannerUnavailable, ScanFailed, and what the store throws
 */
export async function scanContent(order: ContentToScan): Promise<ScanOutcome> {
  const { content, sizeBytes, policy, scanner, signal, onProgress } = order
  const hash = createHash('sha256')
  const inspector = new ArchiveInspector({
    maxUnpackedBytes: Number(policy.maxUnpackedBytes),
    encrypted: policy.encryptedArchives,
  })
  let bytes = 0
  async function* inspected() {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      bytes += chunk.length
      hash.update(chunk)
      await inspector.write(chunk)
      yield chunk
    }
    await inspector.end()
  }

  try {
    const chunks = inspected()
    const first = await chunks.next()
    signal.throwIfAborted()
    const verdict = await scanner.scan({
      content: Readable.from(startingWith(first.done === true ? undefined : first.value, chunks), {
        objectMode: true,
        highWaterMark: 4,
      }),
      sizeBytes,
      whole: first.done !== true && needsToBeWhole(first.value),
      signal,
      onProgress,
    })
    if (verdict.state === 'INFECTED') return { state: 'INFECTED', verdict }
    if (verdict.unread === 'ENCRYPTED' && policy.encryptedArchives === 'REJECT')
      return { state: 'REJECTED', failure: encryptedFailure, verdict }
    if (verdict.unread === 'LIMITS') return { state: 'REJECTED', failure: limitsFailure, verdict }
    if (bytes !== sizeBytes) throw new Error(`${bytes} bytes were read of ${sizeBytes}`)
    const sha256 = hash.digest()
    if (order.sha256 !== undefined && !order.sha256.equals(sha256))
      return { state: 'REJECTED', failure: digestFailure, verdict }
    return { state: verdict.state, verdict, sha256 }
  } catch (error) {
    if (error instanceof ArchiveRefused) return { state: 'REJECTED', failure: error.message }
    throw error
  } finally {
    content.destroy()
    inspector.destroy()
  }
}

const digestFailure =
  'Its content does not have the SHA-256 that was announced: it was changed on the way, or another file was sent. Upload it again.'
const encryptedFailure =
  'It holds content that nobody can look into without a password. Upload it without one.'
const limitsFailure =
  'It is an archive that is too large, too full or too deep to be looked into. Upload what it holds, or several smaller archives.'

async function* startingWith(first: Buffer | undefined, rest: AsyncIterable<Buffer>) {
  if (first !== undefined) yield first
  yield* rest
}
