import { randomUUID } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { migrate } from '../../../backend/src/database/migrate.ts'
import { Ledger, type NewTransaction, postAll } from '../../../backend/src/modules/credits/ledger/index.ts'
import { administer } from '../../../backend/src/testing/administer.ts'
import { seededRandom, zipf } from './zipf.ts'

/** Enough to last. */
const ISSUED = 1_000_000_000_000n
const ISSUED_AT_ONCE = 5_000

/** A ledger with organisations that have credits, and clients that move them to and fro. */
export class LedgerLoad {
  readonly url: string
  readonly dataSource: DataSource
  readonly #ledger: Ledger
  readonly #organizations: readonly string[]
  readonly #classId: string
  readonly #clients: number

  private constructor(
    url: string,
    dataSource: DataSource,
    organizations: readonly string[],
    classId: string,
    clients: number,
  ) {
    this.url = url
    this.dataSource = dataSource
    this.#ledger = new Ledger(dataSource)
    this.#organizations = organizations
    this.#classId = classId
    this.#clients = clients
  }

  static async create(serverUrl: string, clients: number, accounts: number): Promise<LedgerLoad> {
    await administer(serverUrl, 'create database ledger')
    const url = Object.assign(new URL(serverUrl), { pathname: '/ledger' }).href
    await migrate(url)
    const dataSource = await createDataSource(url, { statementTimeoutMs: 0, poolSize: clients }).initialize()
    const classId = randomUUID()
    await dataSource.query(
      `insert into credit_classes (id, code, display_name, unit, decimals) values ($1, 'bench', 'Bench', 'credit', 2)`,
      [classId],
    )
    const organizations = Array.from({ length: accounts }, () => randomUUID())
    await dataSource.query(
      `insert into organizations (id, slug, display_name, kind)
       select id, 'bench-' || number, 'Bench ' || number, 'MEMBER'
       from unnest($1::uuid[]) with ordinality as made (id, number)`,
      [organizations],
    )
    for (let from = 0; from < accounts; from += ISSUED_AT_ONCE) {
      const some = organizations.slice(from, from + ISSUED_AT_ONCE)
      await postAll(
        dataSource,
        some.map((organizationId) => ({
          kind: 'ISSUANCE',
          classId,
          postings: [
            { account: { kind: 'ISSUANCE', classId }, amount: -ISSUED },
            { account: { kind: 'AVAILABLE', organizationId, classId }, amount: ISSUED },
          ],
          description: 'Issued',
        })),
      )
    }
    await dataSource.query('vacuum analyze')
    return new LedgerLoad(url, dataSource, organizations, classId, clients)
  }

  /** Transfers a second between organisations that are picked by zipf, each with a request id of its own. */
  rate(seconds: number): Promise<number> {
    const pick = zipf(this.#organizations.length, seededRandom(1))
    return this.#measure(seconds, () => {
      const from = pick()
      for (;;) {
        const to = pick()
        if (to !== from) return this.#transfer(from, to)
      }
    })
  }

  /** Transfers a second that are all of one organisation's credits. */
  hotRate(seconds: number): Promise<number> {
    const random = seededRandom(2)
    const others = this.#organizations.length - 1
    return this.#measure(seconds, () => this.#transfer(0, 1 + Math.floor(random() * others)))
  }

  close(): Promise<void> {
    return this.dataSource.destroy()
  }

  async #measure(seconds: number, next: () => NewTransaction): Promise<number> {
    const begunMs = performance.now()
    let count = 0
    const client = async () => {
      while (performance.now() - begunMs < seconds * 1000) {
        const outcome = await this.#ledger.post(next())
        if (outcome.kind !== 'posted') throw new Error(`a transfer was ${JSON.stringify(outcome)}`)
        count++
      }
    }
    await Promise.all(Array.from({ length: this.#clients }, client))
    return (count / (performance.now() - begunMs)) * 1000
  }

  #transfer(from: number, to: number): NewTransaction {
    const classId = this.#classId
    const account = (index: number) =>
      ({ kind: 'AVAILABLE', organizationId: this.#organizations[index] ?? '', classId }) as const
    return {
      kind: 'TRANSFER',
      classId,
      postings: [
        { account: account(from), amount: -1n },
        { account: account(to), amount: 1n },
      ],
      description: 'Transferred',
      requestId: randomUUID(),
    }
  }
}
