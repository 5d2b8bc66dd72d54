import type { Transfer, TransferAction } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { formatUtc } from '../../ui/format-time'
import { partnerOf, turnOf } from './turn'

export interface TurnNotice {
  readonly title: string
  readonly text: string
  readonly kind: 'yours' | 'waits' | 'good' | 'bad'
}

/** What is to be done now, by whom, and what follows; in a sentence or two. */
export function turnNotice(transfer: Transfer, organization: string, mayTrade: boolean): TurnNotice {
  const partner = partnerOf(transfer, organization).displayName
  const sells = transfer.seller === organization
  const may = (action: TransferAction) => transfer.actions.includes(action)
  const until = transfer.expireTime === undefined ? '' : ` until ${formatUtc(transfer.expireTime)}`
  const back = sells ? 'The credits are available again.' : 'No credits have changed hands.'
  switch (turnOf(transfer, organization)) {
    case 'us':
      if (may('TRANSFER_ACTION_ACCEPT')) {
        return {
          kind: 'yours',
          title: 'It is your turn',
          text: `${partner} asks you to ${sells ? 'sell' : 'buy'}. You can accept or refuse${until}.`,
        }
      }
      return {
        kind: 'yours',
        title: 'It is your organisation’s turn',
        text: mayTrade
          ? `Another treasurer or administrator of your organisation can accept it${until}: who proposed a transfer does not accept it.`
          : `Treasurers and administrators of your organisation can accept or refuse it${until}.`,
      }
    case 'partner':
      return {
        kind: 'waits',
        title: `Waiting for ${partner}`,
        text: `They can accept or refuse${until}.${sells ? ' Your credits are held meanwhile.' : ''}`,
      }
    case 'operator':
      return {
        kind: 'waits',
        title: 'Waiting for the operator',
        text: `Both sides agree. The operator reviews the transfer and decides.${sells ? ' Your credits are held meanwhile.' : ''}`,
      }
    case 'date':
      return {
        kind: 'good',
        title: 'Approved',
        text: `The credits change hands on ${transfer.effectiveDate} (UTC).`,
      }
    default:
      break
  }
  const reason = transfer.steps.findLast(({ reason: given }) => given !== '')?.reason ?? ''
  const because = reason === '' ? '' : ` “${reason}”`
  switch (transfer.state) {
    case 'TRANSFER_STATE_RECORDED':
      return {
        kind: 'good',
        title: 'Recorded',
        text: sells ? `The credits are ${partner}’s now.` : 'The credits are yours now.',
      }
    case 'TRANSFER_STATE_REFUSED':
      return { kind: 'bad', title: 'Refused', text: `${back}${because}` }
    case 'TRANSFER_STATE_RESCINDED':
      return { kind: 'bad', title: 'Taken back', text: `${back}${because}` }
    case 'TRANSFER_STATE_DECLINED':
      return { kind: 'bad', title: 'Declined by the operator', text: `${back}${because}` }
    case 'TRANSFER_STATE_EXPIRED':
      return { kind: 'bad', title: 'Expired', text: `It was not accepted in time. ${back}` }
    default:
      return {
        kind: 'waits',
        title: 'Unknown state',
        text: 'Reload the page to see it by its newest version.',
      }
  }
}
