import type { EntityManager } from 'typeorm'
import { ScanFailed } from '../../../ports/scanner.ts'
import { rows } from '../sql.ts'
import { changeVersion, lockVersion } from '../versions/change-version.ts'
import { isReleased } from '../versions/version-state.ts'
import type { ScanClaim } from './scan-claim.ts'
import type { ScanOutcome } from './scan-outcome.ts'
import { holdsLease } from './scan-queue.ts'

/** From then on the version shows as FAILED; it is tried again all the same. */
const ATTEMPTS_BEFORE_FAILED = 5
const FIRST_PAUSE_MS = 5000
const LAST_PAUSE_MS = 15 * 60_000

/** False, and nothing written, when the lease is another's or the version is no longer what was scanned. */
export async function writeOutcome(
  manager: EntityManager,
  claim: ScanClaim,
  objectKey: string,
  outcome: ScanOutcome,
): Promise<boolean> {
  const { version } = claim
  if ((await lockVersion(manager, version.id)) === undefined) return false
  if (!(await holdsLease(manager, claim))) return false
  // Where it stands, should it be deleted now.
  await rows(manager, 'update file_versions set object_key = $2, scan_lease_id = null where id = $1', [
    version.id,
    objectKey,
  ])
  const scan = {
    scanTime: new Date(),
    ...(outcome.verdict === undefined
      ? {}
      : {
          scanEngine: outcome.verdict.engine,
          signatureVersion: outcome.verdict.signatureVersion,
          scannedBytes: version.sizeBytes,
        }),
  }
  if (outcome.state === version.state) {
    await rows(
      manager,
      `update file_versions set scan_engine = $2, signature_version = $3, scan_time = $4, scanned_bytes = size_bytes,
         scan_attempts = 0, next_scan_time = null, scan_lease_time = null
       where id = $1`,
      [version.id, scan.scanEngine ?? '', scan.signatureVersion ?? '', scan.scanTime],
    )
    return true
  }
  const changed = await changeVersion(manager, version.id, {
    to: outcome.state,
    description: descriptionOf(outcome, isReleased(version.state)),
    set: {
      ...scan,
      scanAttempts: 0,
      failure: failureOf(outcome),
      signature: outcome.state === 'INFECTED' ? (outcome.verdict.signature ?? '') : '',
      ...('sha256' in outcome ? { sha256: outcome.sha256 } : {}),
      ...(outcome.state === 'CLEAN' || outcome.state === 'UNSCANNED' ? { objectKey } : {}),
    },
  })
  return changed !== undefined
}

/** The scan ended without a verdict: it is done again, later each time. */
export async function writeFailure(manager: EntityManager, claim: ScanClaim, error: unknown): Promise<void> {
  const { version } = claim
  if ((await lockVersion(manager, version.id)) === undefined) return
  if (!(await holdsLease(manager, claim))) return
  const attempts = version.scanAttempts + 1
  const nextScanTime = new Date(Date.now() + Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1)))
  const failure = error instanceof ScanFailed ? error.message : 'The content could not be read.'
  await rows(
    manager,
    `update file_versions set scan_attempts = $2, next_scan_time = $3, scan_lease_id = null, scan_lease_time = null,
       scanned_bytes = 0
     where id = $1`,
    [version.id, attempts, nextScanTime],
  )
  if (version.state !== 'SCANNING' || attempts < ATTEMPTS_BEFORE_FAILED) return
  await changeVersion(manager, version.id, {
    to: 'FAILED',
    description: `The scan failed ${attempts} times; it is tried again.`,
    set: { failure: `${failure} It is tried again, and the operator sees it.`, nextScanTime },
  })
}

function failureOf(outcome: ScanOutcome): string {
  switch (outcome.state) {
    case 'REJECTED':
      return outcome.failure
    case 'INFECTED':
      return `The scanner found ${outcome.verdict.signature} in it, and its content was deleted.`
    case 'CLEAN':
    case 'UNSCANNED':
      return ''
  }
}

function descriptionOf(outcome: ScanOutcome, again: boolean): string {
  switch (outcome.state) {
    case 'REJECTED':
      return outcome.failure
    case 'INFECTED':
      return `${outcome.verdict.engine} found ${outcome.verdict.signature}${again ? ' with newer signatures; the file is no longer given out' : ''}.`
    case 'CLEAN':
      return `${outcome.verdict.engine} found nothing.`
    case 'UNSCANNED':
      return 'Released without a scan: scanning is disabled.'
  }
}
