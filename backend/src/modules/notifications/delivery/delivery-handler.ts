import { DeliveryServiceService } from '@fairlead/proto/server/fairlead/notifications/v1/delivery'
import { validate } from 'uuid'
import { invalidField } from '../../../errors/domain-error.ts'
import { callerOf } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { deliveryStatusMessage, mailMessage, mailStateOf, parkedEventMessage } from './delivery-messages.ts'
import type { Delivery } from './delivery-service.ts'

const DEFAULT_PAGE_SIZE = 50

export function deliveryHandler({
  delivery,
  pageTokens,
}: {
  readonly delivery: Delivery
  readonly pageTokens: PageTokens
}): RegisteredService {
  return registeredService(DeliveryServiceService, {
    async getDeliveryStatus() {
      return deliveryStatusMessage(await delivery.status())
    },

    async listParkedEvents({ showSettled, pageSize, pageToken }) {
      const scope = pageScope('ListParkedEvents', { showSettled })
      const [parkTime, id] = pageTokens.decode(scope, pageToken) ?? []
      const { events, next } = await delivery.parkedEvents(
        showSettled,
        parkTime === undefined || id === undefined ? undefined : { parkTime, id },
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      return {
        parkedEvents: events.map(parkedEventMessage),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.parkTime, next.id]),
      }
    },

    async retryParkedEvent({ name }, context) {
      const { userId } = callerOf(context)
      const event = await delivery.retryEvent(idOf(name), userId)
      context.log.info({ parkedEvent: event.id, userId }, 'the operator retried a parked event')
      return parkedEventMessage(event)
    },

    async discardParkedEvent({ name }, context) {
      const { userId } = callerOf(context)
      const event = await delivery.discardEvent(idOf(name), userId)
      context.log.info({ parkedEvent: event.id, userId }, 'the operator discarded a parked event')
      return parkedEventMessage(event)
    },

    async listMails({ states, recipient, pageSize, pageToken }) {
      const scope = pageScope('ListMails', { states, recipient })
      const [createTime, id] = pageTokens.decode(scope, pageToken) ?? []
      const { mails, next } = await delivery.mails(
        {
          states: states.flatMap((state) => mailStateOf(state) ?? []),
          recipient: recipient === '' ? undefined : recipient,
        },
        createTime === undefined || id === undefined ? undefined : { createTime, id },
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      return {
        mails: mails.map(mailMessage),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.createTime, next.id]),
      }
    },

    async retryMail({ name }, context) {
      const { userId } = callerOf(context)
      const mail = await delivery.retryMail(idOf(name))
      context.log.info({ mail: mail.id, userId }, 'the operator retried a mail')
      return mailMessage(mail)
    },
  })
}

/** The UUID that a resource name ends in. */
function idOf(name: string): string {
  const id = name.slice(name.lastIndexOf('/') + 1)
  if (!validate(id)) throw invalidField('name', 'does not end in a UUID')
  return id
}
