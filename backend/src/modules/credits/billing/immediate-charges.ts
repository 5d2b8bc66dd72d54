import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { type Database, rows } from '../sql.ts'
import { type JsonTerms, jsonOfTerms, termsOfJson } from './charge-json.ts'
import { holdForJob } from './hold-for-job.ts'
import { creditsTooFew } from './insufficient-credits.ts'
import { hasPrice } from './payer-store.ts'
import type { Charge, Quote, Use } from './price.ts'
import { settleJobs } from './settle-jobs.ts'

/** How long a price that was just set may not be known to requests that are answered at once. */
const PRICES_KEPT_MS = 1_000

/** Longer than any such request takes: what holds for longer is of a server that was killed. */
const ABANDONED_MINUTES = 10

export interface RequestToPay {
  readonly organizationId: string
  readonly serviceId: string
  readonly quote: Quote
  readonly actorId: string
}

/** What one request holds. To be settled once, at its end. */
export interface HeldRequest {
  /** Pays for what it took; without that, releases all. */
  settle(completed: Use | undefined): Promise<void>
}

/** Pays for requests that are answered at once. They are no jobs: what they hold has a row of its own. */
export class ImmediateCharges {
  readonly #dataSource: DataSource
  readonly #free = new Map<string, number>()

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  /** Undefined for a request that is free. Throws FAILED_PRECONDITION when credits do not suffice. */
  async hold({ organizationId, serviceId, quote, actorId }: RequestToPay): Promise<HeldRequest | undefined> {
    if (await this.#isFree(serviceId)) return undefined
    const id = v7()
    const description = descriptionOf(serviceId)
    const charge = await inTransaction(this.#dataSource, async (manager) => {
      const held = await holdForJob(manager, {
        purposeId: id,
        organizationId,
        serviceId,
        quote,
        description,
        actorId,
      })
      if (held.kind === 'free') return undefined
      if (held.kind === 'short')
        throw creditsTooFew(`${held.shortage.need} Ask for less, or have credits bought.`)
      await insertHold(manager, { id, organizationId, serviceId, charge: held.charge })
      return held.charge
    })
    if (charge === undefined) return undefined
    return { settle: (completed) => settle(this.#dataSource, id, completed) }
  }

  async #isFree(serviceId: string): Promise<boolean> {
    const nowMs = performance.now()
    if ((this.#free.get(serviceId) ?? 0) > nowMs) return true
    if (await hasPrice(this.#dataSource, serviceId)) return false
    this.#free.set(serviceId, nowMs + PRICES_KEPT_MS)
    return true
  }
}

/** Releases what requests of killed servers hold; returns how many. To be called now and then, by any number. */
export async function releaseAbandoned(dataSource: DataSource): Promise<number> {
  const found = await rows<{ id: string }>(
    dataSource,
    `select id from credit_immediate_holds
     where create_time < now() - interval '${ABANDONED_MINUTES} minutes' order by id limit 100`,
    [],
  )
  for (const { id } of found) await settle(dataSource, id, undefined)
  return found.length
}

function descriptionOf(serviceId: string): string {
  return `${serviceId}, answered at once`
}

interface HoldRow {
  organization_id: string
  service: string
  class_id: string
  at_most: string
  terms: JsonTerms
}

/** The row goes with the hold: whoever deletes it settles, and nobody else. */
async function settle(dataSource: DataSource, id: string, completed: Use | undefined): Promise<void> {
  await inTransaction(dataSource, async (manager) => {
    const [row] = await rows<HoldRow>(
      manager,
      `delete from credit_immediate_holds where id = $1
       returning organization_id, service, class_id, at_most, terms`,
      [id],
    )
    if (row === undefined) return
    await settleJobs(manager, [
      {
        purposeId: id,
        organizationId: row.organization_id,
        serviceId: row.service,
        charge: { classId: row.class_id, atMost: BigInt(row.at_most), terms: termsOfJson(row.terms) },
        description: descriptionOf(row.service),
        use: completed,
      },
    ])
  })
}

async function insertHold(
  database: Database,
  hold: { id: string; organizationId: string; serviceId: string; charge: Charge },
): Promise<void> {
  await rows(
    database,
    `insert into credit_immediate_holds (id, organization_id, service, class_id, at_most, terms)
     values ($1, $2, $3, $4, $5, $6::jsonb)`,
    [
      hold.id,
      hold.organizationId,
      hold.serviceId,
      hold.charge.classId,
      hold.charge.atMost,
      JSON.stringify(jsonOfTerms(hold.charge.terms)),
    ],
  )
}
