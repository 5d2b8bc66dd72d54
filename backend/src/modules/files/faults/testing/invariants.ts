import { expect } from 'vitest'
import { createLog } from '../../../../log.ts'
import { checkStorage } from '../../sweep/check-storage.ts'
import { sweepStore } from '../../sweep/file-sweep.ts'
import { FileRemovals } from '../../versions/file-removals.ts'
import type { CrawlReport } from './crawl.ts'
import type { FaultSystem } from './fault-system.ts'

interface Sums {
  readonly used: string
  readonly versions: string
  readonly reserved: string
  readonly announced: string
}

/** Waits until nothing is on its way any more, and holds what must hold of the store; says so in one line. */
export async function expectInvariants(
  system: FaultSystem,
  after: string,
  crawled?: CrawlReport,
): Promise<void> {
  const { dataSource } = system.database
  const { objects, uploads } = system.store
  await expect
    .poll(() => dataSource.query('select count(*)::int as count from file_removals'), { timeout: 15_000 })
    .toEqual([{ count: 0 }])
  const later = new Date(Date.now() + 3_600_000)
  const log = createLog({ name: 'faults', level: 'silent' })
  const removals = new FileRemovals({ dataSource, objects, uploads, log })
  const problems = await sweepStore({ dataSource, objects, uploads, removals, before: later, log })
  expect.soft(problems, 'what the check of the store finds').toEqual([])
  expect.soft(await checkStorage({ dataSource, uploads, before: later })).toEqual([])

  // Counted once more, past the code that keeps the books.
  const stored = new Map<string, number>()
  for (const prefix of ['quarantine/', 'clean/']) {
    for await (const { key, sizeBytes } of uploads.list(prefix)) stored.set(key, sizeBytes)
  }
  const storedBytes = [...stored.values()].reduce((sum, size) => sum + size, 0)
  const [sums] = (await dataSource.query(
    `select
       (select coalesce(sum(used_bytes), 0) from storage_quotas)::text as used,
       (select coalesce(sum(reserved_bytes), 0) from storage_quotas)::text as reserved,
       (select coalesce(sum(size_bytes), 0) from file_versions
        where state in ('SCANNING', 'FAILED', 'CLEAN', 'UNSCANNED'))::text as versions,
       (select coalesce(sum(size_bytes), 0) from file_versions where state = 'UPLOADING')::text as announced`,
  )) as [Sums]
  expect.soft(sums.used, 'used bytes of the quotas').toBe(sums.versions)
  expect.soft(sums.used, 'used bytes of the quotas').toBe(String(storedBytes))
  expect.soft(sums.reserved, 'reserved bytes of the quotas').toBe(sums.announced)
  const released: { state: string; object_key: string | null }[] = await dataSource.query(
    'select state, object_key from file_versions',
  )
  for (const { state, object_key: key } of released) {
    if (state === 'INFECTED' || state === 'REJECTED') expect.soft(key, `content of ${state}`).toBeNull()
    if (key?.startsWith('clean/')) expect.soft(['CLEAN', 'UNSCANNED']).toContain(state)
  }
  if (crawled !== undefined) {
    expect.soft(crawled.leaks, 'unclean bytes that were served').toEqual([])
    expect.soft(crawled.unseen, 'clean bytes that nobody was sent').toBe(0)
  }
  const told = [
    `used ${sums.used} = versions ${sums.versions} = stored ${storedBytes}`,
    `reserved ${sums.reserved} = announced ${sums.announced}`,
    `objects ${stored.size}, orphans 0`,
    ...(crawled === undefined
      ? []
      : [`unclean bytes served: ${crawled.leaks.length} times in ${crawled.requests} requests`]),
  ]
  process.stdout.write(`invariants (${system.kind}) after ${after}: ${told.join('; ')}\n`)
}
