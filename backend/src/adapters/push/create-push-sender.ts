import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { PushSender } from '../../ports/push.ts'
import type { AmqpServer } from '../amqp/index.ts'
import { createAmqpPushSender } from './amqp/amqp-push-sender.ts'
import { createPostgresPushSender } from './postgres/postgres-push-sender.ts'

export interface PushSenderOptions {
  /** Undefined: PostgreSQL carries the pushes. */
  readonly amqp: (AmqpServer & { readonly namespace: string }) | undefined
  readonly dataSource: Pick<DataSource, 'query'>
  readonly log: Logger
}

/** Tells the frontends. Does not wait for the broker. */
export function createPushSender({ amqp, dataSource, log }: PushSenderOptions): PushSender {
  return amqp === undefined
    ? createPostgresPushSender({ dataSource })
    : createAmqpPushSender({ server: amqp, namespace: amqp.namespace, log })
}
