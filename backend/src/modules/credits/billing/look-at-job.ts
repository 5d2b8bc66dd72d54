import { choosePayer } from './payer-choice.ts'
import type { Payer } from './payer-store.ts'
import type { Quote } from './price.ts'
import { type Shortage, shortageOf } from './shortage.ts'

export type Outlook =
  | { readonly kind: 'free' | 'enough' }
  | { readonly kind: 'short'; readonly shortage: Shortage }

/** Whether a job could be paid, as balances were read: what the hold then finds may be another. */
export function outlookOf(payers: readonly Payer[], quote: Quote): Outlook {
  const choice = choosePayer(payers, quote)
  if (choice === undefined) return { kind: 'free' }
  return choice.enough ? { kind: 'enough' } : { kind: 'short', shortage: shortageOf(choice, quote) }
}
