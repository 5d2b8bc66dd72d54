import {
  TradeCategory as CategoryMessage,
  type TransferComment as CommentMessage,
  TransferDirection as DirectionMessage,
  TransferState as StateMessage,
  type TransferStep as StepMessage,
  TransferAction as TransferActionMessage,
  type Transfer as TransferMessage,
} from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import { invalidField } from '../../../errors/domain-error.ts'
import { attachedAddressMessage, attachedFileMessage } from '../attachments/index.ts'
import {
  proposingOrganization,
  type TradeCategory,
  type TransferComment,
  type TransferDirection,
  type TransferStep,
} from './transfer.ts'
import type { TransferNames } from './transfer-reader.ts'
import { type PublicState, publicState, type TransferAction } from './transfer-state.ts'
import type { MemberView } from './transfers-service.ts'

const states: Readonly<Record<PublicState, StateMessage>> = {
  PROPOSED: StateMessage.TRANSFER_STATE_PROPOSED,
  ACCEPTED: StateMessage.TRANSFER_STATE_ACCEPTED,
  REFUSED: StateMessage.TRANSFER_STATE_REFUSED,
  RESCINDED: StateMessage.TRANSFER_STATE_RESCINDED,
  EXPIRED: StateMessage.TRANSFER_STATE_EXPIRED,
  APPROVED: StateMessage.TRANSFER_STATE_APPROVED,
  DECLINED: StateMessage.TRANSFER_STATE_DECLINED,
  RECORDED: StateMessage.TRANSFER_STATE_RECORDED,
}
const directions: Readonly<Record<TransferDirection, DirectionMessage>> = {
  SELL: DirectionMessage.TRANSFER_DIRECTION_SELL,
  BUY: DirectionMessage.TRANSFER_DIRECTION_BUY,
}
const categories: Readonly<Record<TradeCategory, CategoryMessage>> = {
  SALE: CategoryMessage.TRADE_CATEGORY_SALE,
  AFFILIATED: CategoryMessage.TRADE_CATEGORY_AFFILIATED,
  EXCHANGE: CategoryMessage.TRADE_CATEGORY_EXCHANGE,
  GIFT: CategoryMessage.TRADE_CATEGORY_GIFT,
}
/** There are no others in what members see. */
const actions: Readonly<Partial<Record<TransferAction | 'comment', TransferActionMessage>>> = {
  propose: TransferActionMessage.TRANSFER_ACTION_PROPOSE,
  accept: TransferActionMessage.TRANSFER_ACTION_ACCEPT,
  refuse: TransferActionMessage.TRANSFER_ACTION_REFUSE,
  rescind: TransferActionMessage.TRANSFER_ACTION_RESCIND,
  expire: TransferActionMessage.TRANSFER_ACTION_EXPIRE,
  approve: TransferActionMessage.TRANSFER_ACTION_APPROVE,
  decline: TransferActionMessage.TRANSFER_ACTION_DECLINE,
  record: TransferActionMessage.TRANSFER_ACTION_RECORD,
  comment: TransferActionMessage.TRANSFER_ACTION_COMMENT,
}

function actionMessage(action: TransferAction | 'comment'): TransferActionMessage {
  const message = actions[action]
  if (message === undefined) throw new Error(`${action} is not for members`)
  return message
}

const directionsByMessage = reversed(directions)
const categoriesByMessage = reversed(categories)
const statesByMessage = reversed(states)

export const directionOf = (message: DirectionMessage) => named('direction', directionsByMessage.get(message))
export const categoryOf = (message: CategoryMessage) => named('category', categoriesByMessage.get(message))
export const statesOf = (messages: readonly StateMessage[]) =>
  messages.map((message, index) => named(`states[${index}]`, statesByMessage.get(message)))

function reversed<Key extends string, Message>(table: Readonly<Record<Key, Message>>): Map<Message, Key> {
  return new Map(Object.entries(table).map(([key, message]) => [message as Message, key as Key]))
}

function named<Key>(field: string, key: Key | undefined): Key {
  if (key === undefined) throw invalidField(field, 'is none of those that there are.')
  return key
}

/** As one of its sides sees it. */
export function transferMessage(view: MemberView): TransferMessage {
  const { transfer, names } = view
  const seller = names.organization(transfer.sellerId)
  const buyer = names.organization(transfer.buyerId)
  return {
    name: `organizations/${names.organization(view.organizationId).slug}/transfers/${transfer.id}`,
    state: states[publicState(transfer.state)],
    direction: directions[transfer.direction],
    seller: `organizations/${seller.slug}`,
    sellerDisplayName: seller.displayName,
    buyer: `organizations/${buyer.slug}`,
    buyerDisplayName: buyer.displayName,
    creditClass: `creditClasses/${names.creditClass(transfer.classId).code}`,
    amount: transfer.amount,
    pricePerCreditMicros: transfer.pricePerCreditMicros,
    currencyCode: transfer.currencyCode,
    category: categories[transfer.category],
    effectiveDate: transfer.effectiveDate ?? '',
    expireTime: transfer.expireTime,
    createTime: transfer.createTime,
    updateTime: transfer.publicUpdateTime,
    recordTime: transfer.recordTime,
    attachments: transfer.attachments.map((attachment) => {
      const { displayName } = attachment
      if ('url' in attachment) return attachedAddressMessage(displayName, attachment.url)
      const { slug } = names.organization(proposingOrganization(transfer))
      return attachedFileMessage(displayName, attachment.file, slug)
    }),
    signedDeclarations: view.signatures.map(({ text, userId, organizationId, time }) => ({
      text,
      userDisplayName: names.user(userId),
      organization: `organizations/${names.organization(organizationId).slug}`,
      time,
    })),
    comments: view.comments.map((comment) => commentMessage(comment, names)),
    steps: view.steps.map((step) => stepMessage(step, names)),
    actions: view.actions.map(actionMessage),
    etag: view.etag,
  }
}

function stepMessage(step: TransferStep, names: TransferNames): StepMessage {
  return {
    action: actionMessage(step.action),
    state: states[publicState(step.state)],
    ...authorMessage(step, names),
    time: step.time,
    reason: step.reason,
  }
}

function commentMessage(comment: TransferComment, names: TransferNames): CommentMessage {
  return { text: comment.text, ...authorMessage(comment, names), time: comment.time }
}

/** Empty where nobody is told of. */
export function authorMessage(
  { userId, organizationId }: Pick<TransferStep, 'userId' | 'organizationId'>,
  names: TransferNames,
): { userDisplayName: string; organizationDisplayName: string } {
  return {
    userDisplayName: userId === undefined ? '' : names.user(userId),
    organizationDisplayName:
      organizationId === undefined ? '' : names.organization(organizationId).displayName,
  }
}
