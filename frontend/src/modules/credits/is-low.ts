import type { Balance } from '@fairlead/proto/web/fairlead/credits/v1/credits'

/** Whether there is less available than its organisation wants to be warned of. */
export function isLow({ available, lowBalance }: Pick<Balance, 'available' | 'lowBalance'>): boolean {
  return lowBalance > 0n && available < lowBalance
}
