import {
  type Inbox,
  Notification,
  Severity as SeverityMessage,
} from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import type { Severity } from '../catalogue/event-kind.ts'
import type { InboxRecord, NotificationRecord } from './notification.ts'

const severities: Readonly<Record<Severity, SeverityMessage>> = {
  INFO: SeverityMessage.SEVERITY_INFO,
  SUCCESS: SeverityMessage.SEVERITY_SUCCESS,
  WARNING: SeverityMessage.SEVERITY_WARNING,
  ERROR: SeverityMessage.SEVERITY_ERROR,
}

export function notificationMessage(record: NotificationRecord): Notification {
  return {
    name: `users/me/notifications/${record.sequence}`,
    sequence: record.sequence,
    eventType: record.eventType,
    title: record.title,
    body: record.body,
    severity: severities[record.severity],
    link: record.link,
    resource: record.resource,
    organization: record.organization === '' ? '' : `organizations/${record.organization}`,
    createTime: record.createTime,
    readTime: record.readTime,
    archiveTime: record.archiveTime,
    quiet: record.quiet,
  }
}

/** As it goes over a WebSocket: the JSON of the message, with the sequence as a number. */
export function notificationJson(record: NotificationRecord): string {
  const json = Notification.toJSON(notificationMessage(record)) as Record<string, unknown>
  return JSON.stringify({ ...json, sequence: Number(record.sequence) })
}

export function inboxMessage(
  userId: string,
  inbox: InboxRecord,
  credentialExpireTime: Date | undefined,
): Inbox {
  return {
    lastSequence: inbox.lastSequence,
    unreadCount: inbox.unreadCount,
    user: `users/${userId}`,
    credentialExpireTime,
  }
}
