import { type Database, rows } from '../sql.ts'
import type { AccountKey, AccountKind } from './account.ts'
import type { Posting, TransactionKind, TransactionRecord, TransactionReference } from './transaction.ts'

interface TransactionRow {
  id: string
  kind: TransactionKind
  class_id: string
  time: Date
  description: string
  reference_kind: TransactionReference['kind'] | null
  reference_id: string | null
  actor_id: string | null
  request_id: string | null
  metadata: Record<string, string>
  reverses: string | null
}

interface PostingRow {
  transaction_id: string
  sequence: string
  organization_id: string | null
  class_id: string
  account_kind: AccountKind
  amount: string
  balance_after: string
}

/** Those that there are, by id. */
export async function transactionsById(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, TransactionRecord>> {
  const transactions = await rows<TransactionRow>(
    database,
    `select id, kind, class_id, time, description, reference_kind, reference_id, actor_id, request_id, metadata,
       reverses
     from credit_transactions where id = any($1::uuid[])`,
    [ids],
  )
  const postings = await rows<PostingRow>(
    database,
    `select transaction_id, sequence, organization_id, class_id, account_kind, amount, balance_after
     from credit_postings where transaction_id = any($1::uuid[]) order by transaction_id, account_id`,
    [ids],
  )
  const postingsOf = Map.groupBy(postings, (posting) => posting.transaction_id)
  return new Map(
    transactions.map((row) => [row.id, transactionOf(row, (postingsOf.get(row.id) ?? []).map(postingOf))]),
  )
}

function transactionOf(row: TransactionRow, postings: readonly Posting[]): TransactionRecord {
  const { reference_kind: kind, reference_id: id } = row
  return {
    id: row.id,
    kind: row.kind,
    classId: row.class_id,
    postings,
    time: row.time,
    description: row.description,
    ...(kind === null || id === null ? {} : { reference: { kind, id } }),
    ...(row.actor_id === null ? {} : { actorId: row.actor_id }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    metadata: row.metadata,
    ...(row.reverses === null ? {} : { reverses: row.reverses }),
  }
}

function postingOf(row: PostingRow): Posting {
  return {
    account: accountOf(row),
    amount: BigInt(row.amount),
    balanceAfter: BigInt(row.balance_after),
    sequence: BigInt(row.sequence),
  }
}

function accountOf({
  account_kind: kind,
  organization_id: organizationId,
  class_id: classId,
}: PostingRow): AccountKey {
  switch (kind) {
    case 'AVAILABLE':
    case 'HELD':
      if (organizationId === null) throw new Error(`a posting of ${kind} has no organisation`)
      return { kind, organizationId, classId }
    case 'ISSUANCE':
    case 'SINK':
      return { kind, classId }
    default:
      return kind satisfies never
  }
}
