import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { HttpRoute } from '../../server/http-route.ts'
import type { PageTokens } from '../../server/page-token.ts'
import type { RegisteredService } from '../../server/service-handlers.ts'
import type { IdentityService } from '../identity/index.ts'
import { Announcements, announcementsHandler } from './announcements/index.ts'
import { catalogue } from './catalogue/catalogue.ts'
import { Delivery, deliveryHandler } from './delivery/index.ts'
import { InboxService } from './inbox/inbox-service.ts'
import { createUnsubscriptions, unsubscribeRoute } from './mail/index.ts'
import { notificationsHandler } from './notifications-handler.ts'
import { mailPreferences } from './preferences/mail-preferences.ts'
import { PreferencesService } from './preferences/preferences-service.ts'

export interface NotificationsModuleOptions {
  readonly dataSource: DataSource
  readonly pageTokens: PageTokens
  readonly identity: IdentityService
  /** 32 bytes for one purpose. */
  readonly deriveKey: (purpose: string) => Buffer
  /** What links in mails begin with. */
  readonly publicUrl: string
  /** Whether this installation sends mail. */
  readonly mailEnabled: boolean
  readonly log: Logger
  /** Default: the system's clock. */
  readonly clock?: () => Date
}

export interface NotificationsModule {
  readonly services: readonly RegisteredService[]
  readonly routes: readonly HttpRoute[]
  close(): Promise<void>
}

/** What the backend serves: inboxes, preferences, announcements, and the operator's view of delivery. */
export function createNotificationsModule(options: NotificationsModuleOptions): NotificationsModule {
  const { dataSource, identity, mailEnabled, pageTokens, deriveKey, clock = () => new Date() } = options
  const announcements = new Announcements({ dataSource, identity, clock })
  const unsubscriptions = createUnsubscriptions({
    dataSource,
    deriveKey,
    preferences: mailPreferences,
    eventTypes: catalogue.map(({ key }) => key),
    clock,
  })
  return {
    services: [
      notificationsHandler({
        inbox: new InboxService(dataSource),
        preferences: new PreferencesService({ dataSource, mailEnabled, clock }),
        unsubscriptions,
        pageTokens,
      }),
      announcementsHandler({ announcements, pageTokens }),
      deliveryHandler({ delivery: new Delivery({ dataSource, mailEnabled }), pageTokens }),
    ],
    routes: [unsubscribeRoute(unsubscriptions)],
    close: async () => undefined,
  }
}
