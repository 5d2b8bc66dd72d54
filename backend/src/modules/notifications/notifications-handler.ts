import {
  type EventType,
  type ListNotificationsRequest,
  MailAddressState,
  MailDelivery as MailDeliveryMessage,
  NotificationChange as NotificationChangeMessage,
  NotificationState as NotificationStateMessage,
  NotificationsServiceService,
  type Preferences,
  type UpdatePreferencesRequest,
} from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import { type CallContext, callerOf } from '../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../server/service-handlers.ts'
import { parseUpdateMask } from '../../server/update-mask.ts'
import { catalogue } from './catalogue/catalogue.ts'
import type { EventKind, MailDelivery } from './catalogue/event-kind.ts'
import type { InboxService } from './inbox/inbox-service.ts'
import type { NotificationChange, NotificationFilter } from './inbox/inbox-store.ts'
import type { InboxRecord } from './inbox/notification.ts'
import { inboxMessage, notificationMessage } from './inbox/notification-messages.ts'
import type { Unsubscriptions } from './mail/index.ts'
import type { PreferencesService, UserPreferences } from './preferences/preferences-service.ts'
import { type PreferencesUpdate, updatePaths } from './preferences/preferences-update.ts'

const DEFAULT_PAGE_SIZE = 50
const DEFAULT_REPLAY_SIZE = 100

export interface NotificationsHandlerDependencies {
  readonly inbox: InboxService
  readonly preferences: PreferencesService
  readonly unsubscriptions: Unsubscriptions
  readonly pageTokens: PageTokens
}

export function notificationsHandler({
  inbox,
  preferences,
  unsubscriptions,
  pageTokens,
}: NotificationsHandlerDependencies): RegisteredService {
  const standing = (record: InboxRecord, context: CallContext) =>
    inboxMessage(callerOf(context).userId, record, context.credentialExpireTime)

  return registeredService(NotificationsServiceService, {
    async getInbox(_request, context) {
      return standing(await inbox.inbox(callerOf(context).userId), context)
    },

    async listNotifications(request, context) {
      const { userId } = callerOf(context)
      const { pageSize, pageToken, ...query } = request
      const scope = pageScope('ListNotifications', { ...query, caller: userId })
      const [before] = pageTokens.decode(scope, pageToken) ?? []
      const page = await inbox.list(
        userId,
        filterOf(request),
        before === undefined ? undefined : BigInt(before),
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      return {
        notifications: page.notifications.map(notificationMessage),
        nextPageToken: page.next === undefined ? '' : pageTokens.encode(scope, [String(page.next)]),
        inbox: standing(page.inbox, context),
      }
    },

    async replayNotifications({ afterSequence, pageSize }, context) {
      const size = pageSize === 0 ? DEFAULT_REPLAY_SIZE : pageSize
      const page = await inbox.after(callerOf(context).userId, afterSequence, size)
      return {
        notifications: page.notifications.map(notificationMessage),
        inbox: standing(page.inbox, context),
      }
    },

    async updateNotifications({ names, change }, context) {
      const sequences = names.map((name) => BigInt(name.slice('users/me/notifications/'.length)))
      const page = await inbox.change(callerOf(context).userId, sequences, changeOf(change))
      return {
        notifications: page.notifications.map(notificationMessage),
        inbox: standing(page.inbox, context),
      }
    },

    async markAllRead({ upToSequence }, context) {
      return standing(await inbox.markAllRead(callerOf(context).userId, upToSequence), context)
    },

    async listEventTypes() {
      return { eventTypes: catalogue.map(eventTypeMessage) }
    },

    async getPreferences(_request, context) {
      return preferencesMessage(await preferences.get(callerOf(context).userId))
    },

    async updatePreferences(request, context) {
      return preferencesMessage(await preferences.update(callerOf(context).userId, updateOf(request)))
    },

    async retryMailAddress(_request, context) {
      return preferencesMessage(await preferences.retryMailAddress(callerOf(context).userId))
    },

    getUnsubscription: ({ token }) => unsubscriptions.getUnsubscription(token),

    unsubscribe: ({ token }) => unsubscriptions.unsubscribe(token),
  })
}

function filterOf(request: ListNotificationsRequest): NotificationFilter {
  const { organization } = request
  return {
    state: stateOf(request.state),
    modules: request.modules,
    organization: organization === '' ? undefined : organization.slice('organizations/'.length),
  }
}

function stateOf(state: NotificationStateMessage): NotificationFilter['state'] {
  switch (state) {
    case NotificationStateMessage.NOTIFICATION_STATE_UNREAD:
      return 'UNREAD'
    case NotificationStateMessage.NOTIFICATION_STATE_ARCHIVED:
      return 'ARCHIVED'
    default:
      return 'INBOX'
  }
}

function changeOf(change: NotificationChangeMessage): NotificationChange {
  switch (change) {
    case NotificationChangeMessage.NOTIFICATION_CHANGE_READ:
      return 'READ'
    case NotificationChangeMessage.NOTIFICATION_CHANGE_UNREAD:
      return 'UNREAD'
    case NotificationChangeMessage.NOTIFICATION_CHANGE_ARCHIVE:
      return 'ARCHIVE'
    case NotificationChangeMessage.NOTIFICATION_CHANGE_UNARCHIVE:
      return 'UNARCHIVE'
    default:
      throw new Error(`validation let ${change} through`)
  }
}

const deliveryMessages: Readonly<Record<MailDelivery, MailDeliveryMessage>> = {
  OFF: MailDeliveryMessage.MAIL_DELIVERY_OFF,
  AT_ONCE: MailDeliveryMessage.MAIL_DELIVERY_AT_ONCE,
  HOURLY: MailDeliveryMessage.MAIL_DELIVERY_HOURLY,
  DAILY: MailDeliveryMessage.MAIL_DELIVERY_DAILY,
}

function deliveryOf(message: MailDeliveryMessage): MailDelivery {
  switch (message) {
    case MailDeliveryMessage.MAIL_DELIVERY_OFF:
      return 'OFF'
    case MailDeliveryMessage.MAIL_DELIVERY_AT_ONCE:
      return 'AT_ONCE'
    case MailDeliveryMessage.MAIL_DELIVERY_HOURLY:
      return 'HOURLY'
    case MailDeliveryMessage.MAIL_DELIVERY_DAILY:
      return 'DAILY'
    default:
      throw new Error(`validation let ${message} through`)
  }
}

const addressStates: Readonly<Record<UserPreferences['mailAddress']['state'], MailAddressState>> = {
  USED: MailAddressState.MAIL_ADDRESS_STATE_USED,
  UNVERIFIED: MailAddressState.MAIL_ADDRESS_STATE_UNVERIFIED,
  REJECTED: MailAddressState.MAIL_ADDRESS_STATE_REJECTED,
  UNAVAILABLE: MailAddressState.MAIL_ADDRESS_STATE_UNAVAILABLE,
}

function eventTypeMessage(kind: EventKind): EventType {
  return {
    eventType: kind.key,
    module: kind.module,
    displayName: kind.displayName,
    description: kind.description,
    inAppDefault: kind.defaults.inApp,
    mailDefault: deliveryMessages[kind.defaults.mail],
    inAppRequired: kind.inAppRequired,
  }
}

function preferencesMessage({ events, settings, mailAddress }: UserPreferences): Preferences {
  return {
    events: events.map(({ kind, channels }) => ({
      eventType: kind.key,
      inApp: channels.inApp,
      mail: deliveryMessages[channels.mail],
    })),
    quietHours: {
      enabled: settings.quietEnabled,
      startMinute: settings.quietStartMinute,
      endMinute: settings.quietEndMinute,
    },
    timeZone: settings.timeZone,
    dailyDigestMinute: settings.dailyDigestMinute,
    mailAddress: { ...mailAddress, state: addressStates[mailAddress.state] },
  }
}

function updateOf({ preferences, updateMask }: UpdatePreferencesRequest): PreferencesUpdate {
  return {
    paths: parseUpdateMask(updateMask ?? [], updatePaths),
    events: (preferences?.events ?? []).map(({ eventType, inApp, mail }) => ({
      eventType,
      inApp,
      mail: deliveryOf(mail),
    })),
    quietHours: preferences?.quietHours,
    timeZone: preferences?.timeZone ?? '',
    dailyDigestMinute: preferences?.dailyDigestMinute ?? 0,
  }
}
