import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'

/** Whom a transfer waits for; 'date' when it waits for its effective date alone, undefined when it has ended. */
export type Turn = 'us' | 'partner' | 'operator' | 'date'

type Sides = Pick<Transfer, 'direction' | 'seller' | 'buyer'>

/** "organizations/{organization}" of the side that proposed it. */
export function proposerOf({ direction, seller, buyer }: Sides): string {
  return direction === 'TRANSFER_DIRECTION_SELL' ? seller : buyer
}

/** @param organization "organizations/{organization}" that looks at it */
export function turnOf(transfer: Sides & Pick<Transfer, 'state'>, organization: string): Turn | undefined {
  switch (transfer.state) {
    case 'TRANSFER_STATE_PROPOSED':
      return proposerOf(transfer) === organization ? 'partner' : 'us'
    case 'TRANSFER_STATE_ACCEPTED':
      return 'operator'
    case 'TRANSFER_STATE_APPROVED':
      return 'date'
    default:
      return undefined
  }
}

export interface Partner {
  /** "organizations/{organization}" */
  readonly name: string
  readonly displayName: string
  /** What the organisation that looks at it does. */
  readonly role: 'sells' | 'buys'
}

/** The other side of a transfer, as the organisation that looks at it sees it. */
export function partnerOf(
  transfer: Pick<Transfer, 'seller' | 'sellerDisplayName' | 'buyer' | 'buyerDisplayName'>,
  organization: string,
): Partner {
  return transfer.seller === organization
    ? { name: transfer.buyer, displayName: transfer.buyerDisplayName || transfer.buyer, role: 'sells' }
    : { name: transfer.seller, displayName: transfer.sellerDisplayName || transfer.seller, role: 'buys' }
}
