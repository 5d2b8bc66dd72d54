import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { Bus } from '../../ports/bus.ts'
import type { MailTransport } from '../../ports/mail.ts'
import type { PushSender } from '../../ports/push.ts'
import { createAnnouncementPublisher } from './announcements/index.ts'
import { createInboxConsumer } from './consumer/inbox-consumer.ts'
import { createRetention } from './inbox/retention.ts'
import { createMailSender } from './mail/index.ts'
import { mailPreferences } from './preferences/mail-preferences.ts'
import type { WorkerPart } from './worker-part.ts'

export interface NotificationsWorkerOptions {
  readonly dataSource: DataSource
  readonly databaseUrl: string
  readonly bus: Bus
  readonly push: PushSender
  /** Undefined when this installation sends no mail. */
  readonly mail:
    | {
        readonly transport: MailTransport
        /** "Fairlead <fairlead@example.org>" */
        readonly from: string
        /** Mails to one address within an hour, at most. */
        readonly hourlyLimit: number
      }
    | undefined
  /** 32 bytes for one purpose. */
  readonly deriveKey: (purpose: string) => Buffer
  /** What links in mails begin with. */
  readonly publicUrl: string
  readonly log: Logger
  /** Where figures of mail are registered. */
  readonly registry?: Registry
  /** Default: the system's clock. */
  readonly clock?: () => Date
}

/** Turns events into notifications, mails and pushes. */
export function createNotificationsWorker(options: NotificationsWorkerOptions): WorkerPart {
  const { dataSource, bus, push, log, clock = () => new Date() } = options
  const mailEnabled = options.mail !== undefined
  const parts: WorkerPart[] = [
    createInboxConsumer({ dataSource, bus, push, mailEnabled, clock, log }),
    createAnnouncementPublisher({ dataSource, log }),
    createRetention({ dataSource, log }),
  ]
  if (options.mail !== undefined) {
    const { databaseUrl, publicUrl, deriveKey } = options
    const preferences = mailPreferences
    parts.push(
      createMailSender({
        ...options.mail,
        dataSource,
        databaseUrl,
        publicUrl,
        deriveKey,
        preferences,
        clock,
        registry: options.registry,
        log,
      }),
    )
  }
  return {
    async start() {
      for (const part of parts) await part.start()
    },
    async stop() {
      for (const part of parts.toReversed()) await part.stop()
    },
    healthy: () => parts.every((part) => part.healthy()),
  }
}
