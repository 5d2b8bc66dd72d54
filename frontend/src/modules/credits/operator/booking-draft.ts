import type {
  BookingKind,
  CreateBookingRequest,
  NewBookingRow,
} from '@fairlead/proto/web/fairlead/credits/v1/bookings'
import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { maximumAmount, parseAmount } from '../amount'
import type { ChosenFile } from '../proposal'
import { creditClassOf } from '../use-credit-classes'
import { asSentence } from './as-sentence'
import type { KnownBookingKind } from './booking-words'
import { type ClassTotal, totalsByClass } from './totals-by-class'

/** One row as it is typed. */
export interface RowDraft {
  /** Of the page alone: rows come and go. */
  readonly key: number
  /** "organizations/{organization}"; empty until chosen. */
  readonly organization: string
  /** "creditClasses/{code}"; empty until chosen. */
  readonly creditClass: string
  readonly amount: string
  readonly reference: string
}

export interface BookingDraft {
  readonly kind: KnownBookingKind
  readonly displayName: string
  readonly reason: string
  readonly evidence: readonly string[]
  readonly evidenceFiles: readonly ChosenFile[]
  readonly source: 'rows' | 'file'
  readonly rows: readonly RowDraft[]
  readonly file: BookingFile | undefined
  /** Id or address of the transaction that a reversal undoes, as typed. */
  readonly reversed: string
}

export interface BookingFile {
  readonly name: string
  readonly content: Uint8Array
}

/** Rows that can be typed; more come as a file. */
export const maximumRows = 100

/** Of a file, in bytes. */
export const maximumFileBytes = 2 * 2 ** 20

export function emptyRow(key: number, creditClass = ''): RowDraft {
  return { key, organization: '', creditClass, amount: '', reference: '' }
}

export function emptyDraft(kind: KnownBookingKind, reversed: string): BookingDraft {
  return {
    kind,
    displayName: '',
    reason: '',
    evidence: [''],
    evidenceFiles: [],
    source: 'rows',
    rows: [emptyRow(0)],
    file: undefined,
    reversed,
  }
}

/** The amount of a row, or what is wrong with it. An adjustment can take as well as give. */
export function rowAmount(
  { amount, creditClass }: Pick<RowDraft, 'amount' | 'creditClass'>,
  kind: BookingKind,
  classes: readonly CreditClass[] | undefined,
): { readonly amount: bigint; readonly problem?: undefined } | { readonly problem: string } {
  const known = creditClassOf(classes, creditClass)
  if (known === undefined) return { problem: 'Choose a class first.' }
  const signed = kind === 'BOOKING_KIND_ADJUSTMENT'
  const parsed = parseAmount(amount, known.decimals, signed ? { minimum: -maximumAmount } : {})
  if (parsed.problem !== undefined) return { problem: parsed.problem }
  return parsed.amount === 0n ? { problem: 'Not 0.' } : parsed
}

/** Columns of a row, as requests and files name them. */
export type RowColumn = 'organization' | 'credit_class' | 'amount' | 'reference'

export function rowProblems(
  row: RowDraft,
  kind: BookingKind,
  classes: readonly CreditClass[] | undefined,
): Partial<Record<RowColumn, string>> {
  const amount = row.creditClass === '' ? undefined : rowAmount(row, kind, classes)
  return {
    ...(row.organization === '' ? { organization: 'Choose an organisation.' } : {}),
    ...(row.creditClass === '' ? { credit_class: 'Choose a class.' } : {}),
    ...(amount?.problem === undefined ? {} : { amount: amount.problem }),
    ...(row.creditClass === '' && row.amount.trim() === '' ? { amount: 'Enter an amount.' } : {}),
  }
}

/** What the rows that are right come to. */
export function draftTotals(
  rows: readonly RowDraft[],
  kind: BookingKind,
  classes: readonly CreditClass[] | undefined,
): ClassTotal[] {
  return totalsByClass(
    rows.flatMap((row) => {
      const parsed = rowAmount(row, kind, classes)
      return parsed.problem === undefined ? [{ creditClass: row.creditClass, amount: parsed.amount }] : []
    }),
  )
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/

/** "creditTransactions/{uuid}" of an id, a name or an address of a transaction's page; empty when it is none. */
export function transactionNameIn(typed: string): string {
  const id = uuid.exec(typed.toLowerCase())?.[0]
  return id === undefined ? '' : `creditTransactions/${id}`
}

/** What is wrong with an address of a document; undefined for an empty one. */
export function evidenceProblem(typed: string): string | undefined {
  const text = typed.trim()
  if (text === '') return undefined
  return /^https:\/\/[^\s/]+/.test(text) && URL.canParse(text) && text.length <= 2000
    ? undefined
    : 'An address that begins with https://'
}

export type DraftField = 'display_name' | 'reason' | 'evidence' | 'rows' | 'file' | 'reversed_transaction'

/** What is wrong with a draft, in the order of the form. What is wrong within rows is told by them. */
export function draftProblems(
  draft: BookingDraft,
  classes: readonly CreditClass[] | undefined,
): Partial<Record<DraftField, string>> {
  const problems: Partial<Record<DraftField, string>> = {}
  if (draft.displayName.trim() === '') problems.display_name = 'Give it a title.'
  if (draft.reason.trim() === '') problems.reason = 'Say why, and on what evidence.'
  const evidence = draft.evidence.map((url) => url.trim()).filter((url) => url !== '')
  if (evidence.some((url) => evidenceProblem(url) !== undefined)) {
    problems.evidence = 'An address that begins with https://'
  } else if (new Set(evidence).size < evidence.length) problems.evidence = 'One address stands here twice.'
  if (draft.kind === 'BOOKING_KIND_REVERSAL') {
    if (transactionNameIn(draft.reversed) === '') {
      problems.reversed_transaction = 'Give the ID of the transaction to undo.'
    }
  } else if (draft.source === 'file') {
    if (draft.file === undefined) problems.file = 'Choose a file.'
  } else if (draft.rows.length === 0) problems.rows = 'Add a row.'
  else if (draft.rows.some((row) => Object.keys(rowProblems(row, draft.kind, classes)).length > 0)) {
    problems.rows = 'Some rows are not right yet.'
  }
  return problems
}

export function toRequest(
  draft: BookingDraft,
  classes: readonly CreditClass[] | undefined,
  requestId: string,
): CreateBookingRequest {
  const reversal = draft.kind === 'BOOKING_KIND_REVERSAL'
  const file = !reversal && draft.source === 'file' ? draft.file : undefined
  return {
    kind: draft.kind,
    displayName: draft.displayName.trim(),
    reason: draft.reason.trim(),
    evidenceUrls: draft.evidence.map((url) => url.trim()).filter((url) => url !== ''),
    evidenceFiles: draft.evidenceFiles.map(({ name }) => name),
    content: file?.content ?? new Uint8Array(),
    fileName: file?.name ?? '',
    rows:
      reversal || draft.source === 'file'
        ? []
        : draft.rows.map((row): NewBookingRow => {
            const parsed = rowAmount(row, draft.kind, classes)
            return {
              organization: row.organization,
              creditClass: row.creditClass,
              // Of a row that is right; the form is not sent with one that is not.
              amount: parsed.problem === undefined ? parsed.amount : 0n,
              reference: row.reference.trim(),
            }
          }),
    reversedTransaction: reversal ? transactionNameIn(draft.reversed) : '',
    requestId,
  }
}

/** The problem that the server found in one column of one typed row: its path is "rows[2].amount". */
export function serverRowProblem(
  violations: readonly { readonly field: string; readonly description: string }[],
  index: number,
  column: RowColumn,
): string | undefined {
  const found = violations.find(({ field }) => field === `rows[${index}].${column}`)
  return found === undefined ? undefined : asSentence(found.description)
}

/** A file to begin with: the header, and one row as an example. */
export function templateOf(kind: BookingKind, creditClass: CreditClass | undefined): string {
  const code = creditClass?.name.replace('creditClasses/', '') ?? 'credits-2026'
  const decimals = creditClass?.decimals ?? 2
  const amount = `${kind === 'BOOKING_KIND_ADJUSTMENT' ? '-' : ''}1000${decimals === 0 ? '' : `.${'0'.repeat(decimals)}`}`
  return `organization,credit_class,amount,reference\r\nsurvey-institute,${code},${amount},Grant 2026-17\r\n`
}
