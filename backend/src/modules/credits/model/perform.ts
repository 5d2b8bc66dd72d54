import { BookingKind, BookingServiceService } from '@fairlead/proto/server/fairlead/credits/v1/bookings'
import { CreditClassState, CreditServiceService } from '@fairlead/proto/server/fairlead/credits/v1/credits'
import { TransferReviewServiceService } from '@fairlead/proto/server/fairlead/credits/v1/reviews'
import {
  TradeCategory,
  TransferDirection,
  TransferServiceService,
} from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import type { Action, Outcome } from './action.ts'
import { type Agent, Lost, Refused } from './agents.ts'
import type { Ids } from './ids.ts'
import type { Person } from './world.ts'

const DAY_MS = 86_400_000

/** Asks a process for an action, as its person would. Throws when the product failed rather than refused. */
export async function perform(
  agent: Agent,
  action: Action,
  ids: Ids,
  tokens: ReadonlyMap<Person, string>,
): Promise<Outcome> {
  try {
    return await attempt(agent, action, ids, tokens)
  } catch (error) {
    if (error instanceof Lost) return { kind: 'lost' }
    if (error instanceof Refused) return { kind: 'refused', code: error.code, reason: error.reason }
    throw error
  }
}

async function attempt(
  agent: Agent,
  action: Action,
  ids: Ids,
  tokens: ReadonlyMap<Person, string>,
): Promise<Outcome> {
  const token = 'by' in action ? (tokens.get(action.by) ?? '') : ''
  switch (action.does) {
    case 'propose': {
      await agent.call(
        TransferServiceService.proposeTransfer,
        {
          parent: `organizations/${action.from}`,
          direction: TransferDirection[`TRANSFER_DIRECTION_${action.direction}`],
          partner: `organizations/${action.partner}`,
          creditClass: `creditClasses/${ids.inDatabase(action.creditClass)}`,
          amount: action.amount,
          // By which it is found again when its answer was lost.
          pricePerCreditMicros: BigInt(action.transfer.slice(1)),
          currencyCode: 'EUR',
          category: TradeCategory.TRADE_CATEGORY_SALE,
          effectiveDate: effectiveDate(action.effective),
          expireTime: undefined,
          attachments: [],
          declarations: action.agrees ? [...ids.declarations] : [],
          comment: '',
          dryRun: action.dryRun,
          requestId: action.requestId,
        },
        token,
      )
      return done
    }
    case 'accept':
    case 'refuse':
    case 'rescind':
    case 'say': {
      const name = `organizations/${action.from}/transfers/${ids.transfer(action.transfer)}`
      const request = { name, reason: action.does, etag: '' }
      const { acceptTransfer, refuseTransfer, rescindTransfer, commentOnTransfer } = TransferServiceService
      if (action.does === 'accept') {
        const declarations = action.agrees ? [...ids.declarations] : []
        await agent.call(acceptTransfer, { name, declarations, etag: '' }, token)
      } else if (action.does === 'refuse') await agent.call(refuseTransfer, request, token)
      else if (action.does === 'rescind') await agent.call(rescindTransfer, request, token)
      else await agent.call(commentOnTransfer, { name, text: 'Hear, hear', requestId: '' }, token)
      return done
    }
    case 'recommend approval':
    case 'recommend rejection':
    case 'approve':
    case 'decline':
    case 'note': {
      const name = `transferReviews/${ids.transfer(action.transfer)}`
      const { recommendTransfer, approveTransfer, declineTransfer, commentOnReview } =
        TransferReviewServiceService
      if (action.does === 'approve') await agent.call(approveTransfer, { name, etag: '' }, token)
      else if (action.does === 'decline')
        await agent.call(declineTransfer, { name, reason: 'No', etag: '' }, token)
      else if (action.does === 'note') {
        await agent.call(commentOnReview, { name, text: 'Among us', public: false, requestId: '' }, token)
      } else {
        const approval = action.does === 'recommend approval'
        await agent.call(recommendTransfer, { name, approval, reason: 'Looks so', etag: '' }, token)
      }
      return done
    }
    case 'record': {
      const names = action.transfers.map((key) => `transferReviews/${ids.transfer(key)}`)
      const { dryRun } = action
      await agent.call(TransferReviewServiceService.recordTransfers, { names, dryRun }, token)
      return done
    }
    case 'draw up':
    case 'draw up reversal': {
      const isReversal = action.does === 'draw up reversal'
      await agent.call(
        BookingServiceService.createBooking,
        {
          kind: BookingKind[`BOOKING_KIND_${isReversal ? 'REVERSAL' : action.kind}`],
          // By which it is found again when its answer was lost.
          displayName: ids.inDatabase(action.booking),
          reason: 'Why not',
          evidenceUrls: [],
          evidenceFiles: [],
          content: Buffer.alloc(0),
          fileName: '',
          rows: isReversal
            ? []
            : action.rows.map(({ organization, creditClass, amount }) => ({
                organization: `organizations/${organization}`,
                creditClass: `creditClasses/${ids.inDatabase(creditClass)}`,
                amount,
                reference: '',
              })),
          reversedTransaction: isReversal ? `creditTransactions/${action.transaction}` : '',
          requestId: action.requestId,
        },
        token,
      )
      return done
    }
    case 'book':
    case 'turn down':
    case 'withdraw': {
      const name = `creditBookings/${ids.booking(action.booking)}`
      const { approveBooking, declineBooking, withdrawBooking } = BookingServiceService
      if (action.does === 'book') await agent.call(approveBooking, { name }, token)
      else if (action.does === 'turn down') await agent.call(declineBooking, { name, reason: 'No' }, token)
      else await agent.call(withdrawBooking, { name }, token)
      return done
    }
    case 'set class': {
      await agent.call(
        CreditServiceService.updateCreditClass,
        {
          name: `creditClasses/${ids.inDatabase(action.creditClass)}`,
          updateMask: ['state'],
          displayName: '',
          description: '',
          state: CreditClassState[`CREDIT_CLASS_STATE_${action.state}`],
        },
        token,
      )
      return done
    }
    case 'hold': {
      const reason = await agent.order({
        does: 'hold',
        job: action.job,
        organizationId: ids.organization(action.organization),
        classId: ids.creditClass(action.creditClass),
        amount: `${action.amount}`,
      })
      return reason === '' ? done : { kind: 'refused', code: 'hold', reason }
    }
    case 'settle':
      await agent.order({
        does: 'settle',
        jobs: action.jobs.map(({ job, capture }) => ({ job, capture: `${capture}` })),
      })
      return done
    case 'sweep':
    case 'seal':
    case 'verify': {
      const problem = await agent.order({ does: action.does })
      if (problem !== '') throw new Error(`${action.does}: ${problem}`)
      return done
    }
    default: {
      const unknown: never = action
      throw new Error(`unknown action ${JSON.stringify(unknown)}`)
    }
  }
}

const done: Outcome = { kind: 'done' }

function effectiveDate(effective: 'AT_ONCE' | 'TODAY' | 'TOMORROW'): string {
  if (effective === 'AT_ONCE') return ''
  // Far enough that it does not come while the model runs over midnight.
  const inDays = effective === 'TODAY' ? 0 : 7
  return new Date(Date.now() + inDays * DAY_MS).toISOString().slice(0, 10)
}
