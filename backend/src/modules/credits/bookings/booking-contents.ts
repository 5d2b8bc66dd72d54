import { createHash } from 'node:crypto'
import type { DataSource } from 'typeorm'
import type { IdentityService } from '../../identity/index.ts'
import {
  listClasses,
  type NewReversal,
  type NewTransaction,
  reversalOf,
  transactionsById,
} from '../ledger/index.ts'
import type { Database } from '../sql.ts'
import type { BookingKind, BookingRow, NewBooking, RowError } from './booking.ts'
import { notReversible, transactionNotFound, wrongRows } from './booking-errors.ts'
import { type CheckedRows, checkRows, type RawRow } from './check-rows.ts'
import { decimalAmount } from './decimal-amount.ts'
import { readBookingFile } from './read-booking-file.ts'

export type RowBookingKind = Exclude<BookingKind, 'REVERSAL'>

interface BookingHead {
  readonly displayName: string
  readonly reason: string
  readonly evidenceUrls: readonly string[]
  /** "organizations/{organization}/files/{uuid}" */
  readonly evidenceFiles: readonly string[]
  readonly requestId: string | undefined
}

export type BookingRequest = BookingHead &
  (
    | { readonly kind: RowBookingKind; readonly content: Uint8Array; readonly fileName: string }
    | { readonly kind: RowBookingKind; readonly rows: readonly RequestedRow[] }
    | { readonly kind: 'REVERSAL'; readonly transactionId: string }
  )

export interface RequestedRow {
  /** Slug. */
  readonly organization: string
  /** Code. */
  readonly creditClass: string
  readonly amount: bigint
  readonly reference: string
}

export type BookingContents = Pick<
  NewBooking,
  'rows' | 'totals' | 'fileName' | 'fileSha256' | 'reversedTransaction'
>

/** What there is to check rows against. */
export interface CheckingOptions {
  readonly dataSource: DataSource
  readonly identity: Pick<IdentityService, 'organizationsBySlugs'>
}

/** @throws DomainError that names each row that is wrong */
export async function contentsOf(
  options: CheckingOptions,
  request: BookingRequest,
): Promise<BookingContents> {
  const none = { fileName: '', fileSha256: undefined, reversedTransaction: undefined }
  if (request.kind === 'REVERSAL') {
    const { dataSource } = options
    const reversal = await reversalFor(dataSource, request.transactionId, {
      description: request.displayName,
    })
    const rows = rowsOfReversal(reversal)
    const code = (await listClasses(dataSource)).find(({ id }) => id === reversal.classId)?.code ?? ''
    const amount = rows.reduce((sum, row) => sum + row.amount, 0n)
    return {
      ...none,
      rows,
      totals: [{ classCode: code, amount, rowCount: rows.length }],
      reversedTransaction: request.transactionId,
    }
  }
  if ('content' in request) {
    const { checked } = await checkFile(options, request.kind, request.content)
    if (checked.errors.length > 0) throw wrongRows(checked.errors, fieldInFile)
    return {
      ...none,
      rows: checked.rows,
      totals: checked.totals,
      fileName: request.fileName,
      fileSha256: createHash('sha256').update(request.content).digest(),
    }
  }
  const checked = await checkAll(
    options,
    request.kind,
    request.rows.map((row, index) => ({
      line: index + 1,
      organization: row.organization,
      creditClass: row.creditClass,
      amount: () => (row.amount === 0n ? { problem: 'must not be 0.' } : { amount: row.amount }),
      reference: row.reference,
    })),
  )
  if (checked.errors.length > 0) throw wrongRows(checked.errors, fieldInRows)
  return { ...none, rows: checked.rows, totals: checked.totals }
}

/** Says of every row of a file what is wrong with it. */
export async function checkFile(
  options: CheckingOptions,
  kind: RowBookingKind,
  content: Uint8Array,
): Promise<{ checked: CheckedRows; rowCount: number }> {
  const file = readBookingFile(content)
  const checked = await checkAll(
    options,
    kind,
    file.rows.map((row) => ({
      line: row.line,
      organization: withoutPrefix(row.organization, 'organizations/'),
      creditClass: withoutPrefix(row.creditClass, 'creditClasses/'),
      amount: (decimals) => decimalAmount(row.amount, decimals),
      reference: row.reference,
    })),
  )
  const errors = [...file.errors, ...checked.errors].sort((a, b) => a.line - b.line)
  return { checked: { ...checked, errors }, rowCount: file.rows.length }
}

async function checkAll(
  { dataSource, identity }: CheckingOptions,
  kind: RowBookingKind,
  raw: readonly RawRow[],
): Promise<CheckedRows> {
  const [organizations, classes] = await Promise.all([
    identity.organizationsBySlugs([...new Set(raw.map(({ organization }) => organization))]),
    listClasses(dataSource),
  ])
  return checkRows(kind, raw, {
    organizations: new Map(organizations.map(({ slug, id }) => [slug, id])),
    classes: new Map(classes.map((each) => [each.code, each])),
  })
}

/** The opposite of a transaction. */
export async function reversalFor(
  database: Database,
  transactionId: string,
  about: Omit<NewReversal, 'transactionId'>,
): Promise<NewTransaction> {
  const found = (await transactionsById(database, [transactionId])).get(transactionId)
  if (found === undefined) throw transactionNotFound()
  const reversal = reversalOf(found, about)
  if (reversal === undefined) {
    throw notReversible()
  }
  return reversal
}

const withoutPrefix = (name: string, prefix: string) =>
  name.startsWith(prefix) ? name.slice(prefix.length) : name

const about = ({ column, message }: RowError) => (column === '' ? message : `${column}: ${message}`)

const fieldInFile = (error: RowError) => ({
  field: 'content',
  description: `Line ${error.line}: ${about(error)}`,
})

const fieldInRows = (error: RowError) => ({
  field: error.column === '' ? `rows[${error.line - 1}]` : `rows[${error.line - 1}].${error.column}`,
  description: error.message,
})

/** What organisations get and lose by it. */
function rowsOfReversal(reversal: NewTransaction): BookingRow[] {
  return reversal.postings
    .flatMap(({ account, amount }) => ('organizationId' in account ? [{ account, amount }] : []))
    .map(({ account, amount }, index) => ({
      line: index + 1,
      organizationId: account.organizationId,
      classId: account.classId,
      amount,
      reference: '',
    }))
}

/** SHA-256 of what was asked for. */
export function requestHashOf(request: BookingRequest): Buffer {
  const { kind, displayName, reason, evidenceUrls, evidenceFiles } = request
  const contents =
    'content' in request
      ? [request.fileName, createHash('sha256').update(request.content).digest('hex')]
      : 'rows' in request
        ? request.rows.map((row) => [row.organization, row.creditClass, String(row.amount), row.reference])
        : request.transactionId
  return createHash('sha256')
    .update(JSON.stringify([kind, displayName, reason, evidenceUrls, contents, ...evidenceFiles]))
    .digest()
}
