import type { DataSource } from 'typeorm'
import { type Balance, balancesOf, type TransactionRecord, transactionsById } from '../ledger/index.ts'
import { type Database, rows } from '../sql.ts'
import {
  type LinesSql,
  scanPage,
  type TransactionCursor,
  type TransactionFilter,
} from '../statement/index.ts'

/** A transaction with what was done about it later. */
export interface ExploredTransaction {
  readonly transaction: TransactionRecord
  /** Id of the transaction that undoes it. */
  readonly reversedBy: string | undefined
  /** Position in the chain, and the chain's hash up to it; undefined while it is not sealed. */
  readonly seal: { readonly number: bigint; readonly hash: Buffer } | undefined
}

interface FoundRow {
  id: string
  cursor_time: string
}

export class ExplorerStore {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  async page(
    filter: TransactionFilter,
    after: TransactionCursor | undefined,
    size: number,
  ): Promise<{ transactions: ExploredTransaction[]; next: TransactionCursor | undefined }> {
    const page = await scanPage<FoundRow>(this.#dataSource, filter, found, after, size)
    const ids = page.rows.map(({ id }) => id)
    return { transactions: await this.byIds(ids), next: page.next }
  }

  /** In the order of the ids; absent ones are left out. */
  async byIds(ids: readonly string[]): Promise<ExploredTransaction[]> {
    if (ids.length === 0) return []
    const [transactions, later] = await Promise.all([
      transactionsById(this.#dataSource, ids),
      whatCameLater(this.#dataSource, ids),
    ])
    return ids.flatMap((id) => {
      const transaction = transactions.get(id)
      if (transaction === undefined) return []
      const { reversedBy, seal } = later.get(id) ?? { reversedBy: undefined, seal: undefined }
      return [{ transaction, reversedBy, seal }]
    })
  }

  /** Of these organisations, in every class or one. */
  async balances(organizationIds: readonly string[], classId: string | undefined): Promise<Balance[]> {
    const keys = await rows<{ organization_id: string; class_id: string }>(
      this.#dataSource,
      `select organization_id, class_id from credit_accounts
       where organization_id = any($1::uuid[]) and kind = 'AVAILABLE' and posting_count > 0
         ${classId === undefined ? '' : 'and class_id = $2::uuid'}`,
      classId === undefined ? [organizationIds] : [organizationIds, classId],
    )
    return balancesOf(
      this.#dataSource,
      keys.map((key) => ({ organizationId: key.organization_id, classId: key.class_id })),
    )
  }
}

const found: LinesSql = () => 'select transaction_id as id, time, time::text as cursor_time from wanted'

async function whatCameLater(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, Omit<ExploredTransaction, 'transaction'>>> {
  const later = await rows<{
    id: string
    reversed_by: string | null
    number: string | null
    hash: Buffer | null
  }>(
    database,
    `select asked.id, reversal.id as reversed_by, seal.number, seal.hash
     from unnest($1::uuid[]) as asked (id)
     left join credit_transactions as reversal on reversal.reverses = asked.id
     left join credit_seals as seal on seal.transaction_id = asked.id`,
    [ids],
  )
  return new Map(
    later.map(({ id, reversed_by, number, hash }) => [
      id,
      {
        reversedBy: reversed_by ?? undefined,
        seal: number === null || hash === null ? undefined : { number: BigInt(number), hash },
      },
    ]),
  )
}
