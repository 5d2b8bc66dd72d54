import type { CreditClassRecord } from '../ledger/credit-class.ts'
import type { BookingKind, BookingRow, BookingTotal, RowError } from './booking.ts'

export interface CheckedRows {
  /** Those that are right. */
  readonly rows: readonly BookingRow[]
  /** Of those, by code. */
  readonly totals: readonly BookingTotal[]
  /** By line. */
  readonly errors: readonly RowError[]
}

/** A row before its names are known to be good. */
export interface RawRow {
  readonly line: number
  /** A slug. */
  readonly organization: string
  /** A code. */
  readonly creditClass: string
  /** Given the class's decimals. */
  readonly amount: (decimals: number) => { readonly amount: bigint } | { readonly problem: string }
  readonly reference: string
}

export interface KnownNames {
  /** Ids by slug. */
  readonly organizations: ReadonlyMap<string, string>
  readonly classes: ReadonlyMap<string, CreditClassRecord>
}

const REFERENCE_MAX_CHARACTERS = 200
/** What a sum of amounts may be: it travels as int64. */
const TOTAL_MAX = 2n ** 63n - 1n

/** Says of every row of a booking what is wrong with it; several things at once. */
export function checkRows(
  kind: Exclude<BookingKind, 'REVERSAL'>,
  raw: readonly RawRow[],
  known: KnownNames,
): CheckedRows {
  const rows: BookingRow[] = []
  const errors: RowError[] = []
  const totals = new Map<string, { amount: bigint; size: bigint; rowCount: number }>()
  const lineOf = new Map<string, number>()

  for (const row of raw) {
    const { line, reference } = row
    const found: RowError[] = []
    const organizationId = known.organizations.get(row.organization)
    if (organizationId === undefined) {
      const message =
        row.organization === '' ? 'is missing.' : `There is no organisation “${shown(row.organization)}”.`
      found.push({ line, column: 'organization', message })
    }
    const creditClass = known.classes.get(row.creditClass)
    const classProblem = problemOfClass(kind, row.creditClass, creditClass)
    if (classProblem !== undefined) found.push({ line, column: 'credit_class', message: classProblem })
    // Without its class nothing is known of decimals: those of most are allowed, to find what is wrong at all.
    const read = row.amount(creditClass?.decimals ?? 6)
    if ('problem' in read) found.push({ line, column: 'amount', message: read.problem })
    else if (read.amount < 0n && kind !== 'ADJUSTMENT') {
      found.push({
        line,
        column: 'amount',
        message: 'must be more than 0; only an adjustment takes by a minus.',
      })
    }
    const referenceProblem = problemOfReference(reference)
    if (referenceProblem !== undefined) found.push({ line, column: 'reference', message: referenceProblem })

    const key = JSON.stringify([row.organization, row.creditClass, reference])
    const earlier = lineOf.get(key)
    if (earlier === undefined) lineOf.set(key, line)
    else if (found.length === 0) {
      const message = `Line ${earlier} has the same organisation, class and reference. Tell them apart by their references, or remove one.`
      found.push({ line, column: '', message })
    }

    if (found.length > 0 || organizationId === undefined || creditClass === undefined || 'problem' in read) {
      errors.push(...found)
      continue
    }
    const { amount } = read
    const total = totals.get(creditClass.code) ?? { amount: 0n, size: 0n, rowCount: 0 }
    const size = total.size + (amount < 0n ? -amount : amount)
    if (size > TOTAL_MAX) {
      errors.push({
        line,
        column: 'amount',
        message: 'The rows of its class sum to more than can be booked at once.',
      })
      continue
    }
    totals.set(creditClass.code, { amount: total.amount + amount, size, rowCount: total.rowCount + 1 })
    rows.push({ line, organizationId, classId: creditClass.id, amount, reference })
  }
  return {
    rows,
    errors,
    totals: [...totals]
      .map(([classCode, { amount, rowCount }]) => ({ classCode, amount, rowCount }))
      .sort((a, b) => (a.classCode < b.classCode ? -1 : 1)),
  }
}

/** What gives new credits needs a class that is open; the ledger holds all bookings to the same. */
function problemOfClass(
  kind: BookingKind,
  code: string,
  creditClass: CreditClassRecord | undefined,
): string | undefined {
  if (creditClass === undefined) return code === '' ? 'is missing.' : `There is no class “${shown(code)}”.`
  if (kind !== 'ISSUANCE' && kind !== 'AWARD') return undefined
  if (creditClass.expired) return `The class “${code}” has expired.`
  return creditClass.state === 'CLOSED' ? `The class “${code}” is closed.` : undefined
}

function problemOfReference(reference: string): string | undefined {
  if (reference.length > REFERENCE_MAX_CHARACTERS) {
    return `has ${reference.length} characters; at most ${REFERENCE_MAX_CHARACTERS} are taken.`
  }
  return /\p{Cc}/u.test(reference) ? 'has control characters or line breaks in it.' : undefined
}

/** No more of what somebody wrote than helps to find it. */
const shown = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text).replace(/\p{Cc}/gu, ' ')
