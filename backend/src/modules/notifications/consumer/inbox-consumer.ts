import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { keepForQueue } from '../../../outbox/index.ts'
import type { Bus, BusQueue, Subscription } from '../../../ports/bus.ts'
import type { PushSender } from '../../../ports/push.ts'
import { createIdentityReader } from '../../identity/index.ts'
import { catalogue } from '../catalogue/catalogue.ts'
import { INBOX_CHANGED_PATTERN } from '../inbox/inbox-changed.ts'
import type { WorkerPart } from '../worker-part.ts'
import { createEventHandler } from './handle-events.ts'
import { Heads } from './heads.ts'
import { createNamesReader } from './names-reader.ts'

export interface InboxConsumerOptions {
  readonly dataSource: DataSource
  readonly bus: Bus
  readonly push: PushSender
  readonly mailEnabled: boolean
  readonly clock: () => Date
  readonly log: Logger
}

/** Every event that the catalogue knows and something writes. */
export const notificationsQueue: BusQueue = {
  name: 'notifications',
  patterns: [
    ...new Set(catalogue.flatMap(({ toldBy }) => toldBy.map((key) => `${key}.*`))),
    INBOX_CHANGED_PATTERN,
  ],
}

/**
 * What is written from now on will be told, however late the first worker of all starts. Backends say so before they
 * write anything.
 */
export function keepEvents(dataSource: DataSource): Promise<void> {
  return keepForQueue(dataSource, notificationsQueue)
}

/** Turns the events of the bus into notifications. */
export function createInboxConsumer(options: InboxConsumerOptions): WorkerPart {
  const { dataSource, bus, push, log } = options
  const heads = new Heads({
    dataSource,
    push,
    onError: (error) => log.warn({ err: error }, 'the last sequences of inboxes were not sent'),
  })
  const handle = createEventHandler({
    ...options,
    heads,
    names: createNamesReader(createIdentityReader(dataSource)),
  })
  let subscription: Subscription | undefined
  return {
    async start() {
      subscription = await bus.consume(notificationsQueue, handle)
      heads.start()
    },
    async stop() {
      await subscription?.close()
      subscription = undefined
      await heads.stop()
    },
    healthy: () => subscription !== undefined,
  }
}
