// For the frontend: loads neither TypeORM nor any module.
import type { Logger } from 'pino'
import type { PushReceiver, PushReceiverHandlers } from '../../ports/push.ts'
import type { AmqpServer } from '../amqp/index.ts'
import { openAmqpPushReceiver } from './amqp/amqp-push-receiver.ts'
import { openPostgresPushReceiver } from './postgres/postgres-push-receiver.ts'

export type { InboxHead, PushMessage, PushReceiver, PushReceiverHandlers } from '../../ports/push.ts'
export type { AmqpServer } from '../amqp/index.ts'

export type PushReceiverSettings =
  | {
      readonly kind: 'amqp'
      readonly server: AmqpServer
      /** Of this installation, such as "fairlead". */
      readonly namespace: string
    }
  | {
      readonly kind: 'postgres'
      /** Of a role that may connect; it needs no rights to any table. */
      readonly databaseUrl: string
    }

/** Resolves also when what it listens to is away: it connects by itself, and asks for a resync then. */
export async function openPushReceiver(
  settings: PushReceiverSettings,
  handlers: PushReceiverHandlers,
  log: Logger,
): Promise<PushReceiver> {
  return settings.kind === 'amqp'
    ? openAmqpPushReceiver({ server: settings.server, namespace: settings.namespace, handlers, log })
    : openPostgresPushReceiver({ databaseUrl: settings.databaseUrl, handlers, log })
}
