import type {
  QuarantinedFile,
  RescanFilesRequest,
  ScannerState,
} from '@fairlead/proto/server/fairlead/files/v1/quarantine'
import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import { organizationSlug } from '../../../server/authorize.ts'
import { callerOf } from '../../../server/call-context.ts'
import type { IdentityService } from '../../identity/index.ts'
import type { ScannerMethods } from '../operations/quarantine-handler.ts'
import { quarantinedFile } from '../operations/quarantine-store.ts'
import { rows } from '../sql.ts'
import { changeVersion, lockVersion } from '../versions/change-version.ts'
import { notifyScan } from '../watch/file-notice.ts'
import { readScanBacklog } from './scan-backlog.ts'
import { readScannerState, type ScannerRecord } from './scanner-state.ts'

export interface ScannerMethodsOptions {
  readonly dataSource: DataSource
  readonly identity: Pick<IdentityService, 'organizationBySlug'>
  /** Whether the operator has not disabled it. */
  readonly scanning: boolean
}

/** A worker asks more often. */
const SILENT_MS = 60_000

/** What the operator asks of the scanner. */
export function scannerMethods(options: ScannerMethodsOptions): ScannerMethods {
  const { dataSource, scanning } = options
  return {
    getScannerState: () => scannerState(dataSource, scanning),

    async rescanFiles(request, context) {
      const queuedCount = await rescan(options, request)
      const { userId } = callerOf(context)
      context.log.info({ userId, queuedCount: String(queuedCount) }, 'the operator has files scanned again')
      return { queuedCount: BigInt(queuedCount) }
    },

    async rejectQuarantined({ name, reason }, context) {
      const { userId } = callerOf(context)
      return await reject(dataSource, idOf(name), reason, userId)
    },
  }
}

async function scannerState(dataSource: DataSource, enabled: boolean): Promise<ScannerState> {
  const [backlog, found] = await Promise.all([readScanBacklog(dataSource), readScannerState(dataSource)])
  return {
    enabled,
    ...(enabled ? stateOf(found, Date.now()) : unknownState),
    waitingCount: backlog.waitingCount,
    waitingBytes: backlog.waitingBytes,
    waitingSince: backlog.waitingSince,
    failedCount: backlog.failedCount,
    rescanCount: backlog.rescanCount,
  }
}

const unknownState = {
  reachable: false,
  failure: '',
  engine: '',
  signatureVersion: '',
  signatureTime: undefined,
  checkTime: undefined,
}

function stateOf(found: ScannerRecord | undefined, nowMs: number) {
  if (found === undefined)
    return { ...unknownState, failure: 'No worker has asked the scanner yet: is one running?' }
  if (nowMs - found.checkTime.getTime() <= SILENT_MS) return found
  const failure = 'No worker has asked the scanner for more than a minute: is one running?'
  return { ...found, reachable: false, failure }
}

/** How many are due now that were not. */
async function rescan(
  { dataSource, identity }: ScannerMethodsOptions,
  { what }: RescanFilesRequest,
): Promise<number> {
  switch (what?.$case) {
    case 'name': {
      const id = idOf(what.value)
      const queued = await queueScans(dataSource, 'id = $1', [id])
      if (queued > 0) return queued
      if ((await quarantinedFile(dataSource, id)) === undefined) throw notQuarantined()
      throw new DomainError(
        'FAILED_PRECONDITION',
        'FILE_NOT_SCANNABLE',
        'This version has no content to scan: it was deleted, or has not arrived.',
      )
    }
    case 'failed':
      return await queueScans(dataSource, `state = 'FAILED'`, [])
    case 'organization': {
      const organization = await identity.organizationBySlug(organizationSlug(what.value) ?? '')
      if (organization === undefined)
        throw new DomainError('NOT_FOUND', 'ORGANIZATION_NOT_FOUND', 'There is no such organisation.')
      return await queueScans(dataSource, `organization_id = $1 and state in ('CLEAN', 'UNSCANNED')`, [
        organization.id,
      ])
    }
    case 'everything':
      return await queueScans(dataSource, `state in ('CLEAN', 'UNSCANNED')`, [])
    case undefined:
      return 0
    default:
      throw new Error(`no such rescan: ${JSON.stringify(what satisfies never)}`)
  }
}

async function queueScans(
  dataSource: DataSource,
  which: string,
  values: readonly unknown[],
): Promise<number> {
  return await inTransaction(dataSource, async (manager) => {
    const queued = await rows<{ id: string }>(
      manager,
      `update file_versions set next_scan_time = now()
       where ${which} and object_key is not null and state in ('SCANNING', 'FAILED', 'CLEAN', 'UNSCANNED')
       returning id`,
      values,
    )
    const [first] = queued
    if (first !== undefined) await notifyScan(manager, first.id)
    return queued.length
  })
}

async function reject(
  dataSource: DataSource,
  id: string,
  reason: string,
  userId: string,
): Promise<QuarantinedFile> {
  return await inTransaction(dataSource, async (manager) => {
    const locked = await lockVersion(manager, id)
    if (locked === undefined) throw notQuarantined()
    if (locked.version.state !== 'FAILED')
      throw new DomainError(
        'FAILED_PRECONDITION',
        'FILE_NOT_FAILED',
        `Only a version whose scan FAILED can be given up; this one is ${locked.version.state}.`,
      )
    await changeVersion(manager, id, {
      to: 'REJECTED',
      actorId: userId,
      description: `The operator gave it up: ${reason}`,
      set: { failure: `It could not be scanned, and the operator gave it up: ${reason}` },
    })
    const rejected = await quarantinedFile(manager, id)
    if (rejected === undefined) throw notQuarantined()
    return rejected
  })
}

function idOf(name: string): string {
  return name.slice('quarantine/'.length)
}

function notQuarantined(): DomainError {
  return new DomainError(
    'NOT_FOUND',
    'QUARANTINED_FILE_NOT_FOUND',
    'No version in quarantine has this name. It may have been deleted.',
  )
}
