import {
  type Announcement as AnnouncementMessage,
  AnnouncementState as AnnouncementStateMessage,
  AnnouncementsServiceService,
} from '@fairlead/proto/server/fairlead/notifications/v1/announcements'
import { Severity as SeverityMessage } from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import { validate } from 'uuid'
import { invalidField } from '../../../errors/domain-error.ts'
import { callerOf } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import type { AnnouncementSeverity, AnnouncementState } from './announcement.ts'
import type { Announcements, PlacedAnnouncement } from './announcements-service.ts'

const DEFAULT_PAGE_SIZE = 50

export function announcementsHandler({
  announcements,
  pageTokens,
}: {
  readonly announcements: Announcements
  readonly pageTokens: PageTokens
}): RegisteredService {
  return registeredService(AnnouncementsServiceService, {
    async listAnnouncements({ pageSize, pageToken }) {
      const scope = pageScope('ListAnnouncements', {})
      const [createTime, id] = pageTokens.decode(scope, pageToken) ?? []
      const { announcements: page, next } = await announcements.list(
        createTime === undefined || id === undefined ? undefined : { createTime, id },
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      return {
        announcements: page.map(announcementMessage),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.createTime, next.id]),
      }
    },

    async countRecipients({ organizations }, context) {
      const { userId } = callerOf(context)
      return { recipientCount: await announcements.countRecipients(userId, organizations.map(slugOf)) }
    },

    async createAnnouncement(request, context) {
      const { userId } = callerOf(context)
      const created = await announcements.create(userId, {
        title: request.title,
        body: request.body,
        severity: severityOf(request.severity),
        organizations: request.organizations.map(slugOf),
        link: request.link,
        publishTime: request.publishTime,
        requestId: request.requestId === '' ? undefined : request.requestId,
      })
      const { id, state } = created.announcement
      context.log.info({ announcement: id, state, userId }, 'the operator announced')
      return announcementMessage(created)
    },

    async cancelAnnouncement({ name }, context) {
      const id = name.slice('announcements/'.length)
      if (!validate(id)) throw invalidField('name', 'does not end in a UUID')
      const cancelled = await announcements.cancel(id)
      const { userId } = callerOf(context)
      context.log.info({ announcement: id, userId }, 'the operator cancelled an announcement')
      return announcementMessage(cancelled)
    },
  })
}

const states: Readonly<Record<AnnouncementState, AnnouncementStateMessage>> = {
  SCHEDULED: AnnouncementStateMessage.ANNOUNCEMENT_STATE_SCHEDULED,
  PUBLISHED: AnnouncementStateMessage.ANNOUNCEMENT_STATE_PUBLISHED,
  CANCELLED: AnnouncementStateMessage.ANNOUNCEMENT_STATE_CANCELLED,
}
const severities: Readonly<Record<AnnouncementSeverity, SeverityMessage>> = {
  INFO: SeverityMessage.SEVERITY_INFO,
  WARNING: SeverityMessage.SEVERITY_WARNING,
  ERROR: SeverityMessage.SEVERITY_ERROR,
}
const severitiesByMessage = new Map(
  Object.entries(severities).map(([severity, message]) => [message, severity as AnnouncementSeverity]),
)

function severityOf(message: SeverityMessage): AnnouncementSeverity {
  const severity = severitiesByMessage.get(message)
  if (severity === undefined) {
    throw invalidField('severity', `is none of ${Object.keys(severities).join(', ')}`)
  }
  return severity
}

/** The slug of "organizations/{slug}", whose form the contract holds it to. */
function slugOf(name: string): string {
  return name.slice('organizations/'.length)
}

function announcementMessage({
  announcement,
  organizations,
  readCount,
}: PlacedAnnouncement): AnnouncementMessage {
  return {
    name: `announcements/${announcement.id}`,
    title: announcement.title,
    body: announcement.body,
    severity: severities[announcement.severity],
    organizations: organizations.map(({ slug }) => `organizations/${slug}`),
    link: announcement.link,
    createTime: announcement.createTime,
    publishTime: announcement.publishTime,
    state: states[announcement.state],
    authorDisplayName: announcement.authorDisplayName,
    recipientCount: announcement.recipientCount,
    readCount,
  }
}
