import { z } from 'zod'
import { type EventKind, eventKind, idField } from './event-kind.ts'

export const operatorEvents: readonly EventKind[] = [
  eventKind({
    key: 'operator.announcement',
    toldBy: ['notifications.announced'],
    displayName: 'The operator announces something',
    description: 'Everyone, or the members of the organisations that it is for.',
    mail: 'AT_ONCE',
    inAppRequired: true,
    facts: z.object({ announcement: idField }),
    audience: ({ announcement }) => [{ kind: 'announcement', announcementId: announcement }],
    message: ({ announcement }, names) => ({
      ...names.announcement(announcement),
      resource: `announcements/${announcement}`,
    }),
  }),
]
