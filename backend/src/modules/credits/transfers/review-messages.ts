import {
  type Party as PartyMessage,
  ReviewAction as ReviewActionMessage,
  type Review as ReviewMessage,
  ReviewState as StateMessage,
} from '@fairlead/proto/server/fairlead/credits/v1/reviews'
import { invalidField } from '../../../errors/domain-error.ts'
import type { PartyFigures } from './party.ts'
import type { ReviewView } from './reviews-service.ts'
import { authorMessage, transferMessage } from './transfer-messages.ts'
import { membersDetails, publicEtag, type TransferNames } from './transfer-reader.ts'
import { type TransferAction, type TransferState, waitingStates } from './transfer-state.ts'

const states: Readonly<Record<TransferState, StateMessage>> = {
  PROPOSED: StateMessage.REVIEW_STATE_PROPOSED,
  ACCEPTED: StateMessage.REVIEW_STATE_ACCEPTED,
  REFUSED: StateMessage.REVIEW_STATE_REFUSED,
  RESCINDED: StateMessage.REVIEW_STATE_RESCINDED,
  EXPIRED: StateMessage.REVIEW_STATE_EXPIRED,
  RECOMMENDED_FOR_APPROVAL: StateMessage.REVIEW_STATE_RECOMMENDED_FOR_APPROVAL,
  RECOMMENDED_FOR_REJECTION: StateMessage.REVIEW_STATE_RECOMMENDED_FOR_REJECTION,
  APPROVED: StateMessage.REVIEW_STATE_APPROVED,
  DECLINED: StateMessage.REVIEW_STATE_DECLINED,
  RECORDED: StateMessage.REVIEW_STATE_RECORDED,
}
const statesByMessage = new Map(
  Object.entries(states).map(([state, message]) => [message, state as TransferState]),
)

export function reviewStatesOf(messages: readonly StateMessage[]): TransferState[] {
  return messages.map((message, index) => {
    const state = statesByMessage.get(message)
    if (state === undefined) throw invalidField(`states[${index}]`, 'is none of those that there are.')
    return state
  })
}

/** Of the operator's people; the steps of members are none of theirs. */
const actions: Readonly<Partial<Record<TransferAction | 'comment', ReviewActionMessage>>> = {
  'recommend approval': ReviewActionMessage.REVIEW_ACTION_RECOMMEND_APPROVAL,
  'recommend rejection': ReviewActionMessage.REVIEW_ACTION_RECOMMEND_REJECTION,
  approve: ReviewActionMessage.REVIEW_ACTION_APPROVE,
  decline: ReviewActionMessage.REVIEW_ACTION_DECLINE,
  record: ReviewActionMessage.REVIEW_ACTION_RECORD,
  comment: ReviewActionMessage.REVIEW_ACTION_COMMENT,
}

export function reviewMessage(view: ReviewView): ReviewMessage {
  const { transfer, parties, names } = view
  const recommender = transfer.recommenderIds.at(-1)
  return {
    name: `transferReviews/${transfer.id}`,
    state: states[transfer.state],
    transfer: transferMessage({
      ...membersDetails(view),
      // Comments and steps are the review's own, whole; what members may do is not the caller's.
      comments: [],
      steps: [],
      organizationId: transfer.sellerId,
      actions: [],
      etag: publicEtag(transfer),
      names,
    }),
    steps: view.steps.map((step) => ({
      action: step.action,
      state: states[step.state],
      ...authorMessage(step, names),
      time: step.time,
      reason: step.reason,
      public: step.public,
    })),
    comments: view.comments.map((comment) => ({
      text: comment.text,
      ...authorMessage(comment, names),
      time: comment.time,
      public: comment.public,
    })),
    seller: parties === undefined ? undefined : partyMessage(parties.seller, names),
    buyer: parties === undefined ? undefined : partyMessage(parties.buyer, names),
    actions: view.actions.flatMap((action) => actions[action] ?? []),
    barredReason: view.barredReason,
    etag: view.etag,
    recommenderDisplayName: recommender === undefined ? '' : names.user(recommender),
    waitTime: waitingStates.includes(transfer.state) ? transfer.acceptTime : undefined,
  }
}

function partyMessage(party: PartyFigures, names: TransferNames): PartyMessage {
  const { slug, displayName, createTime } = names.organization(party.organizationId)
  const { balance } = party
  return {
    organization: `organizations/${slug}`,
    displayName,
    balance: {
      creditClass: `creditClasses/${names.creditClass(balance.classId).code}`,
      available: balance.available,
      held: balance.held,
      heldForJobs: balance.heldForJobs,
      heldForTransfers: balance.heldForTransfers,
      lowBalance: balance.lowBalance,
    },
    balanceAfter: party.balanceAfter,
    boughtInYear: party.boughtInYear,
    soldInYear: party.soldInYear,
    usedInYear: party.usedInYear,
    recordedTransfers: party.recorded,
    failedTransfers: party.failed,
    organizationCreateTime: createTime,
  }
}
