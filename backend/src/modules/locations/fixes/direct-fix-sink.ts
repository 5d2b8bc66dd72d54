import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { copyIn, sqlState } from '../../../database/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import { FixPartitions } from '../partitions/index.ts'
import { rows } from '../sql.ts'
import { COPY_COLUMNS, copyRows } from './copy-rows.ts'
import type { FixBatch } from './fix-batch.ts'
import type { FixOutcome, FixSink } from './fix-sink.ts'
import { insertRows } from './insert-rows.ts'
import { type OrderedRows, orderedRows } from './ordered-rows.ts'
import { type WriteMetrics, writeMetrics } from './write-metrics.ts'

export interface DirectFixSinkOptions {
  readonly dataSource: DataSource
  /** Default: nothing is measured. */
  readonly registry?: Registry
  /** Fixes that wait at most; whoever brings more is told to come again. Default 500,000. */
  readonly waitingLimit?: number
  readonly log: Logger
}

/** Transactions at a time. One writes while the next is made ready; more only wait for each other's pages. */
const WRITERS = 2
/** Fixes in one transaction, as long as more than one batch is in it. */
const GROUP_FIXES = 16_384
/** A hundred bytes each. */
const WAITING_LIMIT = 500_000
const ATTEMPTS = 10
/** After which whoever was refused may come again. */
const RETRY_MS = 1_000

const UNIQUE_VIOLATION = '23505'
/** Also that there is no partition for a row. */
const CHECK_VIOLATION = '23514'
const DEVICES_CHANGED = 'FL001'
const COLLISIONS: ReadonlySet<string | undefined> = new Set(['40001', '40P01'])

interface Waiting {
  readonly batch: FixBatch
  readonly resolve: (outcome: FixOutcome) => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes batches into the database, those that wait together in one transaction. Fixes are copied, which fails as a
 * whole when one of them is there already; then those that are not are inserted, which takes twice as long.
 */
export class DirectFixSink implements FixSink {
  readonly #dataSource: DataSource
  readonly #waitingLimit: number
  readonly #log: Logger
  readonly #metrics: WriteMetrics | undefined
  readonly #partitions: FixPartitions
  #waiting: Waiting[] = []
  #waitingFixes = 0
  readonly #writing = new Set<Promise<void>>()

  constructor({ dataSource, registry, waitingLimit = WAITING_LIMIT, log }: DirectFixSinkOptions) {
    this.#dataSource = dataSource
    this.#waitingLimit = waitingLimit
    this.#log = log
    this.#partitions = new FixPartitions(dataSource)
    this.#metrics = registry === undefined ? undefined : writeMetrics(registry, () => this.#waitingFixes)
  }

  /** @throws DomainError RESOURCE_EXHAUSTED when too much waits already */
  write(batch: FixBatch): Promise<FixOutcome> {
    const limit = this.#waitingLimit
    if (this.#waitingFixes > 0 && this.#waitingFixes + batch.length > limit) {
      const text = `More fixes arrive than can be written: ${limit} wait at most. Send the batch again in a second.`
      return Promise.reject(
        new DomainError('RESOURCE_EXHAUSTED', 'TOO_MANY_FIXES', text, { retryDelayMs: RETRY_MS }),
      )
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      this.#waitingFixes += batch.length
      this.#begin()
    })
  }

  /** Resolves when what was taken is written. */
  async close(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing)
  }

  #begin(): void {
    while (this.#writing.size < WRITERS && this.#waiting.length > 0) {
      const group = this.#takeGroup()
      const work = this.#writeGroup(group)
      this.#writing.add(work)
      work.finally(() => {
        this.#writing.delete(work)
        for (const { batch } of group) this.#waitingFixes -= batch.length
        this.#begin()
      })
    }
  }

  #takeGroup(): Waiting[] {
    let count = 0
    let fixes = 0
    for (const { batch } of this.#waiting) {
      if (count > 0 && fixes + batch.length > GROUP_FIXES) break
      fixes += batch.length
      count++
    }
    return this.#waiting.splice(0, count)
  }

  /** Never rejects. */
  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const end = this.#metrics?.duration.startTimer()
    try {
      const outcomes = await this.#store(group.map(({ batch }) => batch))
      for (const [index, { resolve }] of group.entries()) resolve(outcomes[index] as FixOutcome)
    } catch (error) {
      if (group.length > 1 && isOfData(error)) for (const each of group) await this.#writeGroup([each])
      else for (const { reject } of group) reject(error)
    } finally {
      end?.()
    }
  }

  async #store(given: readonly FixBatch[]): Promise<FixOutcome[]> {
    let batches = given
    let gone: readonly ReadonlySet<number>[] = given.map(() => new Set<number>())
    let ordered = orderedRows(batches)
    let copying = true
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#partitions.ensure(ordered.days)
        const written = copying ? await this.#copy(ordered) : await this.#insert(ordered)
        return this.#outcomes(given, gone, written)
      } catch (error) {
        const state = sqlState(error)
        if (attempt === ATTEMPTS) throw error
        if (state === UNIQUE_VIOLATION && copying) copying = false
        else if (state === CHECK_VIOLATION) this.#partitions.forget()
        else if (state === DEVICES_CHANGED) {
          const present = await Promise.all(given.map((batch) => this.#present(batch)))
          batches = present.map(({ batch }) => batch)
          gone = present.map((each) => each.gone)
          ordered = orderedRows(batches, gone)
        } else if (COLLISIONS.has(state)) await setTimeout(Math.random() * 10 * attempt)
        else throw error
        this.#log.debug({ state, attempt }, 'fixes are written once more')
      }
    }
  }

  async #copy(ordered: OrderedRows): Promise<readonly number[]> {
    if (ordered.length === 0) return ordered.counts
    const { organizationNos, versions } = versionsOf(ordered.batches)
    await copyIn(
      this.#dataSource,
      `select begin_fixes('{${organizationNos}}', '{${versions}}');
       copy fixes (${COPY_COLUMNS}) from stdin with (format binary)`,
      copyRows(ordered),
    )
    return ordered.counts
  }

  async #insert(ordered: OrderedRows): Promise<readonly number[]> {
    if (ordered.length === 0) return ordered.counts
    const { organizationNos, versions } = versionsOf(ordered.batches)
    return this.#dataSource.transaction(async (manager) => {
      await manager.query('select begin_fixes($1, $2)', [organizationNos, versions])
      return insertRows(manager, ordered)
    })
  }

  /** The batch as its devices are now. */
  async #present(batch: FixBatch): Promise<{ batch: FixBatch; gone: Set<number> }> {
    const found = await rows<{ version: number; device_no: number | null; person_no: number }>(
      this.#dataSource,
      `select policies.devices_version as version, devices.device_no, persons.person_no
       from location_policies policies
       left join devices on devices.organization_id = policies.organization_id and device_no = any ($2::int[])
       left join persons on persons.id = devices.person_id
       where policies.organization_no = $1`,
      [batch.organizationNo, [...new Set(batch.deviceNos)]],
    )
    const personOf = new Map(found.map((row) => [row.device_no, row.person_no]))
    const gone = new Set<number>()
    const personNos = batch.personNos.map((_personNo, row) => {
      const personNo = personOf.get(batch.deviceNos[row] as number)
      if (personNo === undefined) gone.add(row)
      return personNo ?? 0
    })
    return { batch: { ...batch, personNos, devicesVersion: found[0]?.version ?? batch.devicesVersion }, gone }
  }

  #outcomes(
    batches: readonly FixBatch[],
    gone: readonly ReadonlySet<number>[],
    written: readonly number[],
  ): FixOutcome[] {
    return batches.map((batch, index) => {
      const accepted = written[index] ?? 0
      const left = gone[index] ?? new Set<number>()
      const duplicates = batch.length - accepted - left.size
      this.#metrics?.fixes.inc({ outcome: 'accepted' }, accepted)
      if (duplicates > 0) this.#metrics?.fixes.inc({ outcome: 'duplicate' }, duplicates)
      if (left.size > 0) this.#metrics?.fixes.inc({ outcome: 'gone' }, left.size)
      return { accepted, duplicates, gone: [...left], queued: false }
    })
  }
}

/** Whether PostgreSQL refused what it was given (classes 22 and 23): then one batch fails and not those beside it. */
function isOfData(error: unknown): boolean {
  return /^2[23]/.test(sqlState(error) ?? '')
}

/** One version an organisation: the oldest, by which what is stale is found. */
function versionsOf(batches: readonly FixBatch[]): { organizationNos: number[]; versions: number[] } {
  const versions = new Map<number, number>()
  for (const { organizationNo, devicesVersion } of batches) {
    const known = versions.get(organizationNo)
    versions.set(organizationNo, known === undefined ? devicesVersion : Math.min(known, devicesVersion))
  }
  // In the order of numbers, as every writer takes their locks.
  const organizationNos = [...versions.keys()].toSorted((left, right) => left - right)
  return { organizationNos, versions: organizationNos.map((no) => versions.get(no) as number) }
}
