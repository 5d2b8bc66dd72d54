import type { TransactionKind as KindMessage } from '@fairlead/proto/server/fairlead/credits/v1/credits'
import { invalidField } from '../../../errors/domain-error.ts'
import { type TransactionKind, transactionKinds } from '../ledger/index.ts'

export const transactionName = (id: string): string => `creditTransactions/${id}`

export const kindMessage = (kind: TransactionKind): KindMessage => `TRANSACTION_KIND_${kind}`

/** INVALID_ARGUMENT when one is none: what is no filter must not list everything. */
export function kindsOfMessages(messages: readonly KindMessage[]): TransactionKind[] {
  return messages.map((message) => {
    const found = transactionKinds.find((kind) => kindMessage(kind) === message)
    if (found === undefined) throw invalidField('kinds', `${message} is no kind of transaction.`)
    return found
  })
}
