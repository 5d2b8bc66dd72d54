import { type Database, rows } from '../sql.ts'

/** Of one class, in its smallest unit: issued = available + held + used + reduced. */
export interface ReconciliationLine {
  readonly classId: string
  /** Issued, awarded and adjusted, less reversals. */
  readonly issued: bigint
  readonly available: bigint
  readonly held: bigint
  readonly used: bigint
  readonly reduced: bigint
  readonly jobHolds: bigint
  readonly transferHolds: bigint
}

/** By class code; in one statement, so that all of it is of one moment. */
export async function reconciliationLines(database: Database): Promise<ReconciliationLine[]> {
  const found = await rows<Record<string, string>>(
    database,
    `with balance as (
       select class_id, -sum(balance) filter (where kind = 'ISSUANCE') as issued,
         sum(balance) filter (where kind = 'AVAILABLE') as available,
         sum(balance) filter (where kind = 'HELD') as held, sum(balance) filter (where kind = 'SINK') as gone
       from credit_accounts group by class_id
     ), used as (
       select posting.class_id, sum(posting.amount) as used
       from credit_transactions as transaction
       left join credit_transactions as undone on undone.id = transaction.reverses
       join credit_postings as posting on posting.transaction_id = transaction.id
       where 'JOB_CAPTURE' in (transaction.kind, undone.kind) and posting.account_kind = 'SINK'
       group by posting.class_id
     ), hold as (
       select class_id, sum(amount) filter (where purpose = 'JOB') as jobs,
         sum(amount) filter (where purpose = 'TRANSFER') as transfers
       from credit_holds where state = 'OPEN' group by class_id
     )
     select class.id as class_id, coalesce(issued, 0) as issued, coalesce(available, 0) as available,
       coalesce(held, 0) as held, coalesce(used, 0) as used, coalesce(gone, 0) - coalesce(used, 0) as reduced,
       coalesce(jobs, 0) as job_holds, coalesce(transfers, 0) as transfer_holds
     from balance join credit_classes as class on class.id = balance.class_id
     left join used on used.class_id = class.id left join hold on hold.class_id = class.id
     order by class.code`,
    [],
  )
  const amount = (text: string | undefined) => BigInt(text ?? '0')
  return found.map((row) => ({
    classId: row['class_id'] ?? '',
    issued: amount(row['issued']),
    available: amount(row['available']),
    held: amount(row['held']),
    used: amount(row['used']),
    reduced: amount(row['reduced']),
    jobHolds: amount(row['job_holds']),
    transferHolds: amount(row['transfer_holds']),
  }))
}
