export { creditHandler, exportFormatOf } from './credit-handler.ts'
export { createLowBalanceWatch } from './low-balance-watch.ts'
export { anyReferenceOf } from './reference.ts'
export type { StatementLine } from './statement-line.ts'
export { balanceMessage, complianceMessage } from './statement-messages.ts'
export { StatementService } from './statement-service.ts'
export { StatementStore } from './statement-store.ts'
export type { NamedLine } from './statement-table.ts'
export { checkedRange, type TimeRange } from './time-range.ts'
export { kindMessage, kindsOfMessages, transactionName } from './transaction-messages.ts'
export {
  type LinesSql,
  scanPage,
  type TransactionCursor,
  type TransactionFilter,
} from './transaction-scan.ts'
