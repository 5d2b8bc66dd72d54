import type { DataSource } from 'typeorm'
import type { ObjectUploads, StoredObject } from '../../../ports/objects.ts'
import { rows } from '../sql.ts'
import { CLEAN_PREFIX, QUARANTINE_PREFIX } from '../versions/file-keys.ts'

/** Objects and rows that are younger may belong to what is under way. */
const YOUNG_MS = 3_600_000
const ROWS_AT_ONCE = 1000

export interface CheckStorageOptions {
  readonly dataSource: DataSource
  readonly uploads: Pick<ObjectUploads, 'list'>
  /** Objects that changed since then may belong to what is under way. Default: an hour ago. */
  readonly before?: Date
}

/**
 * What does not hold of what must: quotas equal the sums of what exists, every object belongs to a version, every
 * version that has content has an object. Sentences for people; none when all holds.
 */
export async function checkStorage(options: CheckStorageOptions): Promise<string[]> {
  const { dataSource } = options
  const problems: string[] = []
  const quotas = await rows<{ organization_id: string; column: string; kept: string; summed: string }>(
    dataSource,
    `with sums as (
       select organization_id,
         coalesce(sum(size_bytes) filter (where state <> 'UPLOADING' and object_key is not null), 0) as used,
         coalesce(sum(size_bytes) filter (where state = 'UPLOADING'), 0) as reserved
       from file_versions group by organization_id
     ), both_sides as (
       select organization_id, coalesce(used_bytes, 0) as used_bytes, coalesce(reserved_bytes, 0) as reserved_bytes,
         coalesce(used, 0) as used, coalesce(reserved, 0) as reserved
       from storage_quotas full join sums using (organization_id)
     )
     select organization_id, 'used' as column, used_bytes as kept, used as summed from both_sides
     where used_bytes <> used
     union all
     select organization_id, 'reserved', reserved_bytes, reserved from both_sides where reserved_bytes <> reserved`,
    [],
  )
  for (const { organization_id: id, column, kept, summed } of quotas) {
    problems.push(
      `organisation ${id}: ${kept} bytes are ${column} by its quota, and ${summed} by its versions`,
    )
  }
  for await (const { key } of orphans(options)) problems.push(`the object ${key} belongs to no version`)
  for await (const key of lostContent(options))
    problems.push(`a version's content ${key} is not in the store`)
  return problems
}

/** Objects of files that no version has: neither released, nor in quarantine, nor to be removed. */
export async function* orphans({
  dataSource,
  uploads,
  before = new Date(Date.now() - YOUNG_MS),
}: CheckStorageOptions): AsyncGenerator<StoredObject> {
  for (const prefix of [QUARANTINE_PREFIX, CLEAN_PREFIX]) {
    let batch: StoredObject[] = []
    const unowned = async () => {
      const known = new Set(
        (
          await rows<{ key: string }>(
            dataSource,
            // A version that is released is moved before its row says so.
            `select asked.key from unnest($1::text[]) as asked (key)
             where exists (select from file_versions where object_key = asked.key)
               or exists (select from file_removals where object_key = asked.key)
               or exists (
                 select from file_versions
                 where id::text = split_part(asked.key, '/', 2) and object_key is not null)`,
            [batch.map(({ key }) => key)],
          )
        ).map(({ key }) => key),
      )
      const found = batch.filter(({ key }) => !known.has(key))
      batch = []
      return found
    }
    for await (const object of uploads.list(prefix)) {
      if (object.changeTime >= before) continue
      batch.push(object)
      if (batch.length === ROWS_AT_ONCE) yield* await unowned()
    }
    if (batch.length > 0) yield* await unowned()
  }
}

/** Keys of versions whose content is not where it should be, by one walk over both in the order of keys. */
async function* lostContent({
  dataSource,
  uploads,
  before = new Date(Date.now() - YOUNG_MS),
}: CheckStorageOptions): AsyncGenerator<string> {
  for (const prefix of [CLEAN_PREFIX, QUARANTINE_PREFIX]) {
    const objects = uploads.list(prefix)[Symbol.asyncIterator]()
    let next = await objects.next()
    for await (const key of versionKeys(dataSource, prefix, before)) {
      while (next.done !== true && next.value.key < key) next = await objects.next()
      if (next.done === true || next.value.key !== key) yield key
    }
    await objects.return?.()
  }
}

async function* versionKeys(dataSource: DataSource, prefix: string, before: Date): AsyncGenerator<string> {
  let after = prefix
  for (;;) {
    const found = await rows<{ object_key: string }>(
      dataSource,
      `select object_key from file_versions
       where object_key > $1 and object_key < $2 and state <> 'UPLOADING' and change_time < $3
       order by object_key limit $4`,
      [after, `${prefix}~`, before, ROWS_AT_ONCE],
    )
    for (const { object_key: key } of found) yield key
    const last = found.at(-1)
    if (last === undefined || found.length < ROWS_AT_ONCE) return
    after = last.object_key
  }
}
