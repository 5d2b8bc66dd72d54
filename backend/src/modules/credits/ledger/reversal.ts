import { v7 } from 'uuid'
import type { Database } from '../sql.ts'
import type { AccountKey } from './account.ts'
import { accountId } from './account-id.ts'
import { post } from './post.ts'
import type {
  NewPosting,
  NewTransaction,
  PostOutcome,
  TransactionKind,
  TransactionRecord,
  TransactionReference,
} from './transaction.ts'
import { transactionsById } from './transaction-reader.ts'

export interface NewReversal {
  readonly transactionId: string
  readonly description: string
  readonly actorId?: string
  readonly requestId?: string
  readonly reference?: TransactionReference
}

const isReversible: Readonly<Record<TransactionKind, boolean>> = {
  ISSUANCE: true,
  AWARD: true,
  REDUCTION: true,
  ADJUSTMENT: true,
  TRANSFER: true,
  JOB_CAPTURE: true,
  // They say how a job or a transfer stands, which another transaction does not change.
  TRANSFER_HOLD: false,
  TRANSFER_RELEASE: false,
  JOB_HOLD: false,
  JOB_RELEASE: false,
  REVERSAL: false,
}

/** Undoes a transaction by its opposite. It is refused when credits that it takes back are spent or held. */
export async function reverse(database: Database, wanted: NewReversal): Promise<PostOutcome> {
  const original = (await transactionsById(database, [wanted.transactionId])).get(wanted.transactionId)
  if (original === undefined) return { kind: 'refused', reason: 'TRANSACTION_UNKNOWN' }
  const reversal = reversalOf(original, wanted)
  if (reversal === undefined) return { kind: 'refused', reason: 'NOT_REVERSIBLE' }
  const [outcome] = await post(database, [reversal])
  if (outcome === undefined) throw new Error('a reversal was left unanswered')
  return outcome
}

/** What undoes the transaction; undefined when it is of a kind that is not undone. */
export function reversalOf(
  original: TransactionRecord,
  { description, actorId, requestId, reference }: Omit<NewReversal, 'transactionId'>,
): NewTransaction | undefined {
  if (!isReversible[original.kind]) return undefined
  return {
    id: v7(),
    kind: 'REVERSAL',
    classId: original.classId,
    postings: oppositeOf(original.postings),
    description,
    ...(reference === undefined ? {} : { reference }),
    ...(actorId === undefined ? {} : { actorId }),
    ...(requestId === undefined ? {} : { requestId }),
    reverses: original.id,
  }
}

/** What came out of a hold goes back to what is available: the hold has ended. */
function oppositeOf(postings: readonly NewPosting[]): NewPosting[] {
  const changes = new Map<string, NewPosting>()
  for (const { account, amount } of postings) {
    const target: AccountKey = account.kind === 'HELD' ? { ...account, kind: 'AVAILABLE' } : account
    const id = accountId(target)
    changes.set(id, { account: target, amount: (changes.get(id)?.amount ?? 0n) - amount })
  }
  return [...changes.values()].filter(({ amount }) => amount !== 0n)
}
