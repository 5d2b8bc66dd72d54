import { announcementFacts, announcementRecipients, announcementTold } from '../announcements/index.ts'
import type { WrittenNotification } from '../inbox/write-notifications.ts'
import { type TellingOptions, tell } from './tell-events.ts'
import type { ToldEvent } from './told-event.ts'

/** Inboxes locked in one transaction: others wait for no more than that. */
const USERS_AT_ONCE = 1_000

/**
 * Tells an announcement to everyone it is for, in parts of their own transactions. Interrupted, it is told once more
 * from the first user on, and who has it already does not get it twice.
 *
 * @param written hears of each part
 */
export async function tellAnnouncement(
  options: TellingOptions,
  told: ToldEvent,
  announcementId: string,
  written: (part: readonly WrittenNotification[]) => Promise<void>,
): Promise<void> {
  const { dataSource } = options
  const text = await announcementFacts(dataSource, announcementId)
  if (text === undefined) return
  const audience = { kind: 'announcement', announcementId } as const
  const announcements = new Map([[announcementId, text]])
  let count = 0
  let last: string | undefined
  for (;;) {
    const userIds = await announcementRecipients(dataSource, announcementId, last, USERS_AT_ONCE)
    if (userIds.length > 0) {
      const tellings = userIds.map((userId) => ({ told, userId, audience }))
      await written(await tell(options, tellings, announcements))
    }
    count += userIds.length
    last = userIds.at(-1)
    if (userIds.length < USERS_AT_ONCE) break
  }
  await announcementTold(dataSource, announcementId, count)
}
