export type { AccountKey, AccountKind, OperatorAccount, OrganizationAccount } from './account.ts'
export { accountId } from './account-id.ts'
export { type Balance, balancesOf, organizationBalances } from './balances.ts'
export { type CreditClassRecord, classByCode, classById, listClasses } from './credit-class.ts'
export {
  type HoldOutcome,
  type HoldPurpose,
  hold,
  type NewHold,
  type Settlement,
  type SettleOutcome,
  settleHolds,
} from './holds.ts'
export { Ledger, type LedgerOptions } from './ledger.ts'
export { type PostOptions, post, postAll } from './post.ts'
export { type NewReversal, reversalOf, reverse } from './reversal.ts'
export {
  AMOUNT_MAX,
  type NewPosting,
  type NewTransaction,
  type Posting,
  type PostOutcome,
  type Refusal,
  type RefusalReason,
  type TransactionKind,
  type TransactionRecord,
  type TransactionReference,
  transactionKinds,
} from './transaction.ts'
export { transactionsById } from './transaction-reader.ts'
