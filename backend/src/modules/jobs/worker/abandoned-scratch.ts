import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataSource } from 'typeorm'
import { rows } from '../sql.ts'

/**
 * Below one folder each worker of a host has its own, by its id. What one leaves that was killed is removed by the
 * others.
 */
export class AbandonedScratch {
  readonly #folder: string
  readonly #dataSource: DataSource
  /**
   * A worker that lives though its lease ran out is in the table again by then; and of one that does not, the leases
   * of tasks that it took after its last heartbeat have run out as well. At least a third of a lease.
   */
  readonly #graceMs: number
  /** Since when a folder's worker has not been known, by this process's monotonic clock. */
  readonly #unknownSince = new Map<string, number>()

  constructor(folder: string, dataSource: DataSource, graceMs: number) {
    this.#folder = folder
    this.#dataSource = dataSource
    this.#graceMs = graceMs
  }

  /** Removes the folders of workers that are not known now, and were not at a look long enough ago. */
  async remove(): Promise<void> {
    if (!existsSync(this.#folder)) return
    // Before the table is read: a worker is known before it makes its folder.
    const folders = (await readdir(this.#folder)).filter((name) => name.startsWith('pool-'))
    const known = await rows<{ id: string }>(this.#dataSource, `select id from job_workers`, [])
    const unknown = folders.filter((name) => !known.some(({ id }) => id === name))
    for (const name of this.#unknownSince.keys()) if (!unknown.includes(name)) this.#unknownSince.delete(name)
    const nowMs = performance.now()
    for (const name of unknown) {
      const since = this.#unknownSince.get(name) ?? nowMs
      this.#unknownSince.set(name, since)
      if (nowMs - since >= this.#graceMs) await rm(join(this.#folder, name), { recursive: true, force: true })
    }
  }
}
