import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import type { FixBatch } from '../fixes/index.ts'
import { type Database, rows } from '../sql.ts'
import { decodeBatch, encodeBatch } from './queued-batch-codec.ts'
import { rowsOf } from './rows-of-batch.ts'

export interface DeadBatch {
  readonly id: string
  readonly time: Date
  readonly reason: string
  readonly fixCount: number
  /** Empty where the batch could not be read. */
  readonly organizationDisplayName: string
  /** Whether there is something of it that can be written again. */
  readonly resendable: boolean
}

const REASON_MAX = 500
const KEPT = '30 days'

/** Puts a batch aside that cannot be written. */
export async function addDeadBatch(
  dataSource: DataSource,
  batch: FixBatch | undefined,
  reason: string,
): Promise<void> {
  const text = reason.slice(0, REASON_MAX).toWellFormed().replaceAll('\0', '')
  if (batch === undefined) {
    await insert(dataSource, text, undefined)
    return
  }
  await inTransaction(dataSource, async (manager) => {
    // Whoever removes one of these devices waits, and then finds the batch; those that are removed have left it.
    const present = await rows<{ device_no: number }>(
      manager,
      'select device_no from devices where device_no = any ($1::int[]) order by device_no for key share',
      [[...new Set(batch.deviceNos)]],
    )
    const known = new Set(present.map((row) => row.device_no))
    const left = rowsOf(batch, (row) => known.has(batch.deviceNos[row] as number))
    await insert(manager, text, left)
  })
}

async function insert(database: Database, reason: string, batch: FixBatch | undefined): Promise<void> {
  await rows(
    database,
    `insert into fix_dead_batches (id, reason, organization_no, fix_count, device_nos, content)
     values ($1, $2, $3, $4, $5::int[], $6)`,
    [v7(), reason, batch?.organizationNo ?? null, batch?.length ?? 0, ...contentOf(batch)],
  )
}

/** Its devices, and the batch as it is queued. */
function contentOf(batch: FixBatch | undefined): [number[], Buffer | null] {
  if (batch === undefined || batch.length === 0) return [[], null]
  return [[...new Set(batch.deviceNos)], encodeBatch(batch)]
}

/** Newest first. */
export async function lastDeadBatches(database: Database, count: number): Promise<DeadBatch[]> {
  const found = await rows<{
    id: string
    time: Date
    reason: string
    fix_count: number
    display_name: string | null
    resendable: boolean
  }>(
    database,
    `select dead.id, dead.time, dead.reason, dead.fix_count, organizations.display_name,
       dead.content is not null as resendable
     from fix_dead_batches dead
     left join location_policies policies using (organization_no)
     left join organizations on organizations.id = policies.organization_id
     order by dead.time desc, dead.id desc limit $1`,
    [count],
  )
  return found.map(({ id, time, reason, fix_count, display_name, resendable }) => ({
    id,
    time,
    reason,
    fixCount: fix_count,
    organizationDisplayName: display_name ?? '',
    resendable,
  }))
}

/** The batch itself: undefined where there is no such one, null where nothing of it is left. */
export async function readDeadBatch(database: Database, id: string): Promise<FixBatch | null | undefined> {
  const [row] = await rows<{ content: Buffer | null }>(
    database,
    'select content from fix_dead_batches where id = $1',
    [id],
  )
  if (row === undefined) return undefined
  return row.content === null ? null : decodeBatch(row.content)
}

export async function removeDeadBatch(database: Database, id: string): Promise<void> {
  await rows(database, 'delete from fix_dead_batches where id = $1', [id])
}

export async function countDeadBatches(database: Database): Promise<number> {
  const [row] = await rows<{ count: number }>(
    database,
    'select count(*)::int as count from fix_dead_batches',
    [],
  )
  return row?.count ?? 0
}

/** After a month nobody looks at them any more, and they tell where people were. */
export async function forgetOldDeadBatches(database: Database): Promise<void> {
  await rows(database, `delete from fix_dead_batches where time < clock_timestamp() - interval '${KEPT}'`, [])
}

/** Takes the fixes of devices out of the batches that were put aside, in the transaction that removes the devices. */
export async function forgetDeadFixes(
  manager: EntityManager,
  { deviceNos }: { readonly deviceNos: readonly number[] },
): Promise<void> {
  // What is being put aside is waited for; what comes later finds the devices removed.
  await rows(manager, 'select from devices where device_no = any ($1::int[]) order by device_no for update', [
    deviceNos,
  ])
  const removed = new Set(deviceNos)
  const found = await rows<{ id: string; content: Buffer }>(
    manager,
    `select id, content from fix_dead_batches
     where device_nos && $1::int[] and content is not null order by id for update`,
    [deviceNos],
  )
  for (const { id, content } of found) {
    const batch = decodeBatch(content)
    const left = rowsOf(batch, (row) => !removed.has(batch.deviceNos[row] as number))
    await rows(
      manager,
      'update fix_dead_batches set fix_count = $2, device_nos = $3::int[], content = $4 where id = $1',
      [id, left.length, ...contentOf(left)],
    )
  }
}
