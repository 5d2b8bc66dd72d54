import { CreditServiceService as creditService } from '@fairlead/proto/server/fairlead/credits/v1/credits'
import { TransferReviewServiceService as reviewService } from '@fairlead/proto/server/fairlead/credits/v1/reviews'
import { TransferServiceService as transferService } from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import { NotificationsServiceService as notificationsService } from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import type { MethodDefinition } from '@grpc/grpc-js'
import { expect } from 'vitest'
import type { PushMessage } from '../../../../ports/push.ts'
import { seenError } from '../../../../testing/service-error.ts'
import { createEventTeller } from '../../../notifications/consumer/testing/event-teller.ts'
import type { TransferWorld } from './transfer-world.ts'

/** Of both sides, in every role. */
const sidesPeople = {
  north: ['nora', 'nick', 'nell', 'noah'],
  south: ['sara', 'saul', 'stan', 'suki'],
} as const
type SidesPerson = (typeof sidesPeople)['north' | 'south'][number]

/**
 * Everything that a member's programs are answered about a transfer and around it, as text, errors included. Asks only:
 * nothing is changed by it. `pushed` is what open pages were told since the beginning.
 */
export async function whatMembersGet(
  world: TransferWorld,
  id: string,
  pushed: readonly PushMessage[],
): Promise<Record<string, string>> {
  const { backend, token, userId } = world
  const got: Record<string, string> = {}
  // The same moments whenever it is asked.
  const startTime = new Date('2020-01-01T00:00:00Z')
  const endTime = new Date('2100-01-01T00:00:00Z')
  for (const slug of ['north', 'south'] as const) {
    const parent = `organizations/${slug}`
    const name = `${parent}/transfers/${id}`
    for (const person of sidesPeople[slug]) {
      const ask = async <Request, Response>(
        what: string,
        method: MethodDefinition<Request, Response>,
        request: Request,
      ) => {
        got[`${person} ${what}`] = await backend
          .call(method, request, token[person])
          .then(asText, (error) => {
            const {
              metadata: { requestId: _, ...metadata },
              ...seen
            } = seenError(error)
            return asText({ ...seen, metadata })
          })
      }
      const list = { parent, pageSize: 0, pageToken: '', creditClass: '' }
      await ask('transfer', transferService.getTransfer, { name })
      await ask('transfers', transferService.listTransfers, { ...list, states: [] })
      await ask('accepted transfers', transferService.listTransfers, {
        ...list,
        pageSize: 1,
        states: ['TRANSFER_STATE_ACCEPTED'],
      })
      await ask('partners', transferService.listTradePartners, { parent, query: '' })
      await ask('balances', creditService.listBalances, { parent, time: undefined })
      await ask('statement', creditService.listStatementLines, {
        ...list,
        kinds: [],
        startTime: undefined,
        endTime: undefined,
        reference: '',
      })
      await ask('statement of the transfer', creditService.listStatementLines, {
        ...list,
        kinds: [],
        startTime,
        endTime,
        reference: name,
      })
      await ask('report', creditService.getComplianceReport, { parent, startTime, endTime })
      await ask('notifications', notificationsService.listNotifications, {
        state: 'NOTIFICATION_STATE_UNSPECIFIED',
        modules: [],
        organization: '',
        pageSize: 0,
        pageToken: '',
      })
      await ask('inbox', notificationsService.getInbox, {})
      await ask('event types', notificationsService.listEventTypes, {})
      // What is refused, whoever asks and however far the operator is.
      const stale = { name, etag: 'of-another-time' }
      await ask('stale accept', transferService.acceptTransfer, { ...stale, declarations: [] })
      await ask('stale rescind', transferService.rescindTransfer, { ...stale, reason: '' })
      await ask('review', reviewService.getReview, { name: `transferReviews/${id}` })
      await ask('reviews', reviewService.listReviews, {
        pageSize: 0,
        pageToken: '',
        states: [],
        organization: parent,
      })
      if (person === 'nora' || person === 'sara') {
        const transfer = await world.get(person, id)
        if (!transfer.actions.includes('TRANSFER_ACTION_ACCEPT')) {
          await ask('accept', transferService.acceptTransfer, { name, declarations: [], etag: transfer.etag })
        }
        if (!transfer.actions.includes('TRANSFER_ACTION_REFUSE')) {
          await ask('refuse', transferService.refuseTransfer, { name, reason: '', etag: transfer.etag })
        }
        if (!transfer.actions.includes('TRANSFER_ACTION_RESCIND')) {
          await ask('rescind', transferService.rescindTransfer, { name, reason: '', etag: transfer.etag })
        }
      }
      got[`${person} pushed`] = asText(
        pushed.filter((message) => message.userId === userId[person satisfies SidesPerson]),
      )
    }
  }
  return got
}

function asText(value: unknown): string {
  return JSON.stringify(value, (_key, each) => (typeof each === 'bigint' ? each.toString() : each), 1)
}

/** Does what the worker does with events: those that were written since it was last asked. */
export function createTeller(world: TransferWorld): {
  tell(): Promise<void>
  readonly pushed: readonly PushMessage[]
} {
  const { dataSource } = world.backend.database
  const { handle, pushed } = createEventTeller(dataSource)
  let last = '0'
  return {
    pushed,
    async tell() {
      const events: {
        id: string
        routing_key: string
        payload: Record<string, unknown>
        create_time: Date
      }[] = await dataSource.query(
        `select id, routing_key, payload, create_time from outbox
           where id > $1 and routing_key like 'credits.%' order by id`,
        [last],
      )
      last = events.at(-1)?.id ?? last
      const refused = await handle(
        events.map(({ id, routing_key, payload, create_time }) => ({
          id: String(id),
          routingKey: routing_key,
          payload,
          createTime: create_time,
        })),
      )
      expect(refused).toEqual([])
    },
  }
}
