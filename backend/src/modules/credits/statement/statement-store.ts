import type { DataSource } from 'typeorm'
import type { TransactionKind } from '../ledger/index.ts'
import { rows } from '../sql.ts'
import type { StatementLine } from './statement-line.ts'
import {
  type LinesSql,
  scanAll,
  scanPage,
  type TransactionCursor,
  type TransactionFilter,
} from './transaction-scan.ts'

export type StatementFilter = TransactionFilter & { readonly organizationId: string }

export interface BalancePoint {
  readonly time: Date
  readonly available: bigint
  readonly held: bigint
}

interface LineRow {
  id: string
  time: Date
  cursor_time: string
  kind: TransactionKind
  class_id: string
  description: string
  reference_kind: 'job' | 'transfer' | 'booking' | null
  reference_id: string | null
  available_change: string
  available_after: string
  held_change: string
  held_after: string
  counterparty_id: string | null
}

/** Rows of a file that are read at once: some hundred kilobytes. */
const EXPORT_BATCH = 2_000

export class StatementStore {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  async page(
    filter: StatementFilter,
    after: TransactionCursor | undefined,
    size: number,
  ): Promise<{ lines: StatementLine[]; next: TransactionCursor | undefined }> {
    const lines = linesOf(filter.organizationId)
    const page = await scanPage<LineRow>(this.#dataSource, filter, lines, after, size)
    return { lines: page.rows.map(lineOf), next: page.next }
  }

  /**
   * Every line, as the ledger is when the first batch is read: a statement of minutes ago still adds up. It takes no
   * transaction for that, which a slow reader would hold open: an account's postings are numbered, and those up to the
   * number that it had at first never change.
   */
  async *all(filter: StatementFilter): AsyncGenerator<StatementLine[], void> {
    const accounts = await rows<{ id: string; posting_count: string }>(
      this.#dataSource,
      'select id, posting_count from credit_accounts where organization_id = $1',
      [filter.organizationId],
    )
    const bounds = Object.fromEntries(accounts.map(({ id, posting_count }) => [id, posting_count]))
    const lines = linesOf(filter.organizationId)
    for await (const batch of scanAll<LineRow>(
      this.#dataSource,
      { ...filter, bounds },
      lines,
      EXPORT_BATCH,
    )) {
      yield batch.map(lineOf)
    }
  }

  /** Balances at the end of each of these milliseconds, by a look into an index for each and account. */
  async balancesAt(organizationId: string, classId: string, times: readonly Date[]): Promise<BalancePoint[]> {
    const found = await rows<{ available: string; held: string }>(
      this.#dataSource,
      `select coalesce(available.balance_after, 0) as available, coalesce(held.balance_after, 0) as held
       from unnest($3::timestamptz[]) with ordinality as asked (time, ordinal)
       ${lastBefore('available', 'AVAILABLE')} ${lastBefore('held', 'HELD')}
       order by asked.ordinal`,
      [organizationId, classId, times.map((time) => time.toISOString())],
    )
    return found.flatMap(({ available, held }, index) => {
      const time = times[index]
      return time === undefined ? [] : [{ time, available: BigInt(available), held: BigInt(held) }]
    })
  }

  async setLowBalance(organizationId: string, classId: string, lowBalance: bigint): Promise<void> {
    await rows(
      this.#dataSource,
      `insert into credit_accounts (id, class_id, organization_id, kind, low_balance)
       select credit_account_id(kind, $2, $1), $2, $1, kind, case kind when 'AVAILABLE' then $3::bigint else 0 end
       from unnest(array['AVAILABLE', 'HELD']) as made (kind)
       order by 1
       on conflict (id) do update set low_balance = excluded.low_balance
         where credit_accounts.low_balance <> excluded.low_balance`,
      [organizationId, classId, lowBalance],
    )
  }
}

function lastBefore(name: string, kind: string): string {
  return `left join lateral (
      select posting.balance_after from credit_postings as posting
      where posting.account_id = credit_account_id('${kind}', $2, $1)
        and posting.time < asked.time + interval '1 ms'
      order by posting.time desc limit 1
    ) as ${name} on true`
}

/**
 * What a transaction left alone has the balance of its last change: the last posting up to the transaction, in the
 * order of lines.
 */
function linesOf(organizationId: string): LinesSql {
  return (value) => {
    const organization = `${value(organizationId)}::uuid`
    const untouched = (name: string, kind: string) => `left join lateral (
        select posting.balance_after from credit_postings as posting
        where own.${name}_after is null
          and posting.account_id = credit_account_id('${kind}', transaction.class_id, ${organization})
          and posting.time <= wanted.time
          and (posting.time, posting.transaction_id) <= (wanted.time, wanted.transaction_id)
        order by posting.time desc limit 1
      ) as ${name} on true`
    return `
      select transaction.id, transaction.time, transaction.time::text as cursor_time, transaction.kind,
        transaction.class_id, transaction.description, transaction.reference_kind, transaction.reference_id,
        coalesce(own.available_change, 0) as available_change,
        coalesce(own.available_after, available.balance_after, 0) as available_after,
        coalesce(own.held_change, 0) as held_change,
        coalesce(own.held_after, held.balance_after, 0) as held_after,
        case transfer.seller_id when ${organization} then transfer.buyer_id else transfer.seller_id end
          as counterparty_id
      from wanted
      join credit_transactions as transaction on transaction.id = wanted.transaction_id
      cross join lateral (
        select sum(posting.amount) filter (where posting.account_kind = 'AVAILABLE')::bigint as available_change,
          sum(posting.balance_after) filter (where posting.account_kind = 'AVAILABLE')::bigint as available_after,
          sum(posting.amount) filter (where posting.account_kind = 'HELD')::bigint as held_change,
          sum(posting.balance_after) filter (where posting.account_kind = 'HELD')::bigint as held_after
        from credit_postings as posting
        where posting.organization_id = ${organization} and posting.time = wanted.time
          and posting.transaction_id = wanted.transaction_id
      ) as own
      ${untouched('available', 'AVAILABLE')} ${untouched('held', 'HELD')}
      left join credit_transfers as transfer
        on transaction.reference_kind = 'transfer' and transfer.id = transaction.reference_id`
  }
}

function lineOf(row: LineRow): StatementLine {
  const { reference_kind: kind, reference_id: id } = row
  return {
    transactionId: row.id,
    time: row.time,
    kind: row.kind,
    classId: row.class_id,
    availableChange: BigInt(row.available_change),
    availableAfter: BigInt(row.available_after),
    heldChange: BigInt(row.held_change),
    heldAfter: BigInt(row.held_after),
    // A booking is the operator's.
    reference: (kind === 'job' || kind === 'transfer') && id !== null ? { kind, id } : undefined,
    description: row.description,
    counterpartyId: row.counterparty_id ?? undefined,
  }
}
