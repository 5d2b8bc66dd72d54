import type { EntityManager } from 'typeorm'
import { catalogue, kindOf } from '../catalogue/catalogue.ts'
import type { MailPreferences } from '../mail/index.ts'
import { quietUntil } from './due-time.ts'
import { readChoices, timingOf, writeChoices } from './preference-store.ts'
import { wantedChannels } from './wanted-channels.ts'

/** What mail asks of users' preferences. */
export const mailPreferences: MailPreferences = {
  async wanted(manager: EntityManager, userId, eventTypes) {
    const choices = (await readChoices(manager, [userId], eventTypes))(userId)
    return new Set(
      eventTypes.filter((key) => {
        const kind = kindOf(key)
        return kind !== undefined && wantedChannels(kind, choices).mail !== 'OFF'
      }),
    )
  },

  async quietUntil(manager, userIds, now) {
    const choicesOf = await readChoices(manager, userIds, [])
    return new Map(
      userIds.flatMap((userId) => {
        const end = quietUntil(now, timingOf(choicesOf(userId).settings))
        return end === undefined ? [] : [[userId, end] as const]
      }),
    )
  },

  async turnOffMail(manager, userId, eventType) {
    const keys = eventType === undefined ? catalogue.map(({ key }) => key) : [eventType]
    await writeChoices(
      manager,
      userId,
      keys.map((key) => ({ eventType: key, inApp: undefined, mail: 'OFF' })),
    )
  },

  displayName: (eventType) => kindOf(eventType)?.displayName ?? eventType,
}
