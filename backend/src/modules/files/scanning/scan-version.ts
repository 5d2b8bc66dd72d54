import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { ObjectNotFound, type Objects, type ObjectUploads } from '../../../ports/objects.ts'
import { type Scanner, ScannerUnavailable } from '../../../ports/scanner.ts'
import type { FilePurpose } from '../policies/policy-store.ts'
import { policyOf } from '../policies/policy-store.ts'
import { rows } from '../sql.ts'
import { cleanKey } from '../versions/file-keys.ts'
import type { FileRemovals } from '../versions/file-removals.ts'
import type { FileVersion } from '../versions/file-version.ts'
import { isReleased } from '../versions/version-state.ts'
import { notifyFile } from '../watch/file-notice.ts'
import { LEASE_RENEWAL_MS, type ScanClaim } from './scan-claim.ts'
import { scanContent } from './scan-content.ts'
import type { ScanMetrics } from './scan-metrics.ts'
import type { ScanOutcome } from './scan-outcome.ts'
import type { ScanQueue } from './scan-queue.ts'
import { writeFailure, writeOutcome } from './write-outcome.ts'

export interface ScanTools {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly uploads: Pick<ObjectUploads, 'move'>
  readonly removals: Pick<FileRemovals, 'soon'>
  readonly scanner: Scanner
  readonly queue: ScanQueue
  readonly metrics: ScanMetrics
  readonly log: Logger
}

/** The scanner was away, or this worker ends: the version waits, and that counts for nothing. */
const SCANNER_AWAY_MS = 5000

/** Those who watch see how far a scan is about this often. */
const PROGRESS_MS = 2000

/** Scans a version that was claimed and writes what came of it. Throws ScannerUnavailable, after handing it back. */
export async function scanVersion(tools: ScanTools, claim: ScanClaim, stop: AbortSignal): Promise<void> {
  const { dataSource, queue, metrics, log } = tools
  const { version } = claim
  const lost = new AbortController()
  const signal = AbortSignal.any([stop, lost.signal])
  const lease = keepLease(tools, claim, lost)
  const begunMs = performance.now()
  try {
    const key = await findContent(tools.objects, version)
    const outcome = await read(tools, claim, key, signal, lease.progress)
    signal.throwIfAborted()
    const releasedKey = await release(tools, claim, key, outcome)
    if (releasedKey === undefined) return
    const written = await inTransaction(dataSource, (manager) =>
      writeOutcome(manager, claim, releasedKey, outcome),
    )
    if (!written) return
    if (outcome.state === 'INFECTED' || outcome.state === 'REJECTED') tools.removals.soon()
    metrics.scanned(outcome.state, Number(version.sizeBytes), (performance.now() - begunMs) / 1000)
    log.info({ file: version.fileId, version: version.version, state: outcome.state }, 'a file was scanned')
  } catch (error) {
    if (lost.signal.aborted) return
    if (stop.aborted) return await queue.giveBack(claim, 0)
    if (error instanceof ScannerUnavailable) {
      await queue.giveBack(claim, SCANNER_AWAY_MS)
      throw error
    }
    metrics.failed()
    log.warn({ err: error, file: version.fileId, version: version.version }, 'a scan failed')
    await inTransaction(dataSource, (manager) => writeFailure(manager, claim, error))
  } finally {
    await lease.end()
  }
}

async function read(
  { dataSource, objects, scanner }: ScanTools,
  { version }: ScanClaim,
  key: string,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<ScanOutcome> {
  const [file] = await rows<{ purpose: FilePurpose }>(dataSource, 'select purpose from files where id = $1', [
    version.fileId,
  ])
  if (file === undefined) throw new Error('the file is gone')
  const released = isReleased(version.state)
  const outcome = await scanContent({
    content: await objects.get(key),
    sizeBytes: Number(version.sizeBytes),
    sha256: version.sha256,
    policy: await policyOf(dataSource, file.purpose),
    scanner,
    signal,
    onProgress,
  })
  // Policies are for what comes in. That the content is another one is a fault of the store, not of its sender.
  if (released && outcome.state === 'REJECTED')
    throw new Error(`what was released would be rejected now: ${outcome.failure}`)
  return outcome
}

/** A worker may have ended between moving it and saying so. */
async function findContent(objects: Objects, { id, objectKey }: FileVersion): Promise<string> {
  for (const key of [objectKey, cleanKey(id)])
    if (key !== undefined && (await objects.head(key)) !== undefined) return key
  throw new ObjectNotFound(objectKey ?? cleanKey(id))
}

/** Where its content stands when its outcome is written; undefined when the lease is another's. */
async function release(
  { uploads, queue }: ScanTools,
  claim: ScanClaim,
  key: string,
  outcome: ScanOutcome,
): Promise<string | undefined> {
  if (outcome.state !== 'CLEAN' && outcome.state !== 'UNSCANNED') return key
  const to = cleanKey(claim.version.id)
  if (key === to) return to
  if (!(await queue.renew(claim, Number(claim.version.sizeBytes)))) return undefined
  await uploads.move(key, to)
  return to
}

/** Renews the lease until it is ended; when it is another's, nothing more is read for it. */
function keepLease({ dataSource, queue, log }: ScanTools, claim: ScanClaim, lost: AbortController) {
  const { version } = claim
  let scannedBytes = 0
  let shownMs = performance.now()
  let writing: Promise<void> = Promise.resolve()
  const renew = async (show: boolean) => {
    try {
      if (await queue.renew(claim, scannedBytes)) {
        if (show) await notifyFile(dataSource, version.organizationId, version.fileId)
      } else lost.abort(new Error('another worker scans it'))
    } catch (error) {
      log.warn({ err: error, file: version.fileId }, 'the lease of a scan was not renewed')
    }
  }
  const write = (show: boolean) => {
    writing = writing.then(() => renew(show))
  }
  const timer = setInterval(() => write(false), LEASE_RENEWAL_MS)
  return {
    progress(bytes: number) {
      scannedBytes = bytes
      if (isReleased(version.state) || performance.now() - shownMs < PROGRESS_MS) return
      shownMs = performance.now()
      write(true)
    },
    async end() {
      clearInterval(timer)
      await writing
    },
  }
}
