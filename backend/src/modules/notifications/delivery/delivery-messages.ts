import {
  BusKind,
  type DeliveryStatus as DeliveryStatusMessage,
  type Mail as MailMessage,
  MailState as MailStateMessage,
  ParkedAt,
  type ParkedEvent as ParkedEventMessage,
  ParkedEventState as ParkedEventStateMessage,
} from '@fairlead/proto/server/fairlead/notifications/v1/delivery'
import type { ParkedEvent, ParkedEventState } from '../../../outbox/index.ts'
import type { MailRecord, MailState } from '../mail/index.ts'
import type { DeliveryStatus } from './delivery-service.ts'

/** Enough to see what an event is about. */
const PAYLOAD_MAX_CHARACTERS = 10_000

export function deliveryStatusMessage({ events, mails, mailEnabled }: DeliveryStatus): DeliveryStatusMessage {
  return {
    bus: busKindOf(events.bus),
    busConnected: events.connected,
    busProblem: events.problem,
    waitingEvents: events.waitingEvents,
    oldestEventTime: events.oldestEventTime,
    unhandledEvents: events.unhandledEvents,
    parkedEvents: events.parkedEvents,
    mailEnabled,
    waitingMails: mails.waiting,
    oldestMailTime: mails.oldestTime,
    sentMails: mails.sent,
    rejectedMails: mails.rejected,
    failedMails: mails.failed,
    mailProblem: mails.problem,
  }
}

function busKindOf(bus: DeliveryStatus['events']['bus']): BusKind {
  switch (bus) {
    case undefined:
      return BusKind.BUS_KIND_UNSPECIFIED
    case 'POSTGRES':
      return BusKind.BUS_KIND_POSTGRES
    case 'RABBITMQ':
      return BusKind.BUS_KIND_RABBITMQ
    default: {
      const never: never = bus
      throw new Error(`unknown bus ${String(never)}`)
    }
  }
}

const parkedEventStates: Readonly<Record<ParkedEventState, ParkedEventStateMessage>> = {
  PARKED: ParkedEventStateMessage.PARKED_EVENT_STATE_PARKED,
  RETRIED: ParkedEventStateMessage.PARKED_EVENT_STATE_RETRIED,
  DISCARDED: ParkedEventStateMessage.PARKED_EVENT_STATE_DISCARDED,
}

export function parkedEventMessage(event: ParkedEvent): ParkedEventMessage {
  return {
    name: `parkedEvents/${event.id}`,
    routingKey: event.routingKey,
    parkedAt: event.parkedAt === 'RELAY' ? ParkedAt.PARKED_AT_RELAY : ParkedAt.PARKED_AT_NOTIFICATIONS,
    reason: event.reason,
    message: event.message,
    createTime: event.createTime,
    parkTime: event.parkTime,
    // Not in the middle of a character that takes two code units.
    payload: event.payload.slice(0, PAYLOAD_MAX_CHARACTERS).toWellFormed(),
    state: parkedEventStates[event.state],
  }
}

const mailStates: Readonly<Record<MailState, MailStateMessage>> = {
  WAITING: MailStateMessage.MAIL_STATE_WAITING,
  SENDING: MailStateMessage.MAIL_STATE_SENDING,
  SENT: MailStateMessage.MAIL_STATE_SENT,
  REJECTED: MailStateMessage.MAIL_STATE_REJECTED,
  FAILED: MailStateMessage.MAIL_STATE_FAILED,
  DROPPED: MailStateMessage.MAIL_STATE_DROPPED,
}
const mailStatesByMessage = new Map(
  Object.entries(mailStates).map(([state, message]) => [message, state as MailState]),
)

/** Undefined for a value that is none of the contract's. */
export function mailStateOf(message: MailStateMessage): MailState | undefined {
  return mailStatesByMessage.get(message)
}

export function mailMessage(mail: MailRecord): MailMessage {
  return {
    name: `mails/${mail.id}`,
    recipient: mail.recipient,
    entryCount: mail.entryCount,
    state: mailStates[mail.state],
    attemptCount: mail.attemptCount,
    createTime: mail.createTime,
    nextAttemptTime: mail.nextAttemptTime,
    sendTime: mail.sendTime,
    lastResponse: mail.lastResponse,
  }
}
