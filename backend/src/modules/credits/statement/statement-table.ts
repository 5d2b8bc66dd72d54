import { amountCell, type Column, type Table, textCell, timeCell } from '../export/index.ts'
import type { CreditClassRecord } from '../ledger/index.ts'
import { kindText } from './kind-text.ts'
import type { StatementLine } from './statement-line.ts'

export interface NamedLine {
  readonly line: StatementLine
  readonly creditClass: CreditClassRecord
  /** Name of the other side of a transfer; empty when there is none. */
  readonly counterparty: string
  /** Resource name; empty when there is none. */
  readonly reference: string
}

const columns: readonly Column<NamedLine>[] = [
  { title: 'Time (UTC)', width: 26, cell: ({ line }) => timeCell(line.time) },
  { title: 'Kind', width: 18, cell: ({ line }) => textCell(kindText(line.kind)) },
  { title: 'Class', width: 18, cell: ({ creditClass }) => textCell(creditClass.code) },
  { title: 'Description', width: 50, cell: ({ line }) => textCell(line.description) },
  { title: 'Counterparty', width: 28, cell: ({ counterparty }) => textCell(counterparty) },
  amount('Available change', ({ availableChange }) => availableChange),
  amount('Available after', ({ availableAfter }) => availableAfter),
  amount('Held change', ({ heldChange }) => heldChange),
  amount('Held after', ({ heldAfter }) => heldAfter),
  { title: 'Unit', width: 12, cell: ({ creditClass }) => textCell(creditClass.unit) },
  { title: 'Reference', width: 60, cell: ({ reference }) => textCell(reference) },
  {
    title: 'Transaction',
    width: 57,
    cell: ({ line }) => textCell(`creditTransactions/${line.transactionId}`),
  },
]

function amount(title: string, of: (line: StatementLine) => bigint): Column<NamedLine> {
  return {
    title,
    width: 18,
    cell: ({ line, creditClass }) => amountCell(of(line), creditClass.decimals),
  }
}

export function statementTable(batches: AsyncIterable<readonly NamedLine[]>): Table<NamedLine> {
  return { name: 'Statement', columns, batches }
}
