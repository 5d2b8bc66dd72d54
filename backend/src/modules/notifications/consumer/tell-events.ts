import type { DataSource } from 'typeorm'
import { inTransaction } from '../../../database/index.ts'
import type { AnnouncementText, Audience, Message, Names } from '../catalogue/event-kind.ts'
import type { NewNotification } from '../inbox/notification.ts'
import { lockInboxes, type WrittenNotification, writeNotifications } from '../inbox/write-notifications.ts'
import { type MailEntry, queueMail } from '../mail/index.ts'
import { dueTime, quietUntil, type Timing } from '../preferences/due-time.ts'
import { readChoices, timingOf } from '../preferences/preference-store.ts'
import { wantedChannels } from '../preferences/wanted-channels.ts'
import type { NamesReader } from './names-reader.ts'
import type { ToldEvent } from './told-event.ts'

export interface TellingOptions {
  readonly dataSource: DataSource
  readonly names: NamesReader
  /** Whether this installation sends mail. */
  readonly mailEnabled: boolean
  readonly clock: () => Date
}

/** An event and one user who is told of it. */
export interface Telling {
  readonly told: ToldEvent
  readonly userId: string
  /** The one of the event's audiences that the user is told as. */
  readonly audience: Audience
}

/**
 * Writes events into inboxes and mail, each to its users, by what each of them wants.
 *
 * @param tellings in the order of the events; one event to one user at most once
 */
export async function tell(
  options: TellingOptions,
  tellings: readonly Telling[],
  announcements?: ReadonlyMap<string, AnnouncementText>,
): Promise<readonly WrittenNotification[]> {
  const { dataSource, clock } = options
  const userIds = [...new Set(tellings.map(({ userId }) => userId))]
  const readings = new Set(tellings.map(({ told }) => told.reading))
  const [names, choicesOf] = await Promise.all([
    options.names.read(
      [...readings].flatMap(({ organizations }) => organizations),
      [...readings].flatMap(({ mentions }) => mentions),
      announcements,
    ),
    readChoices(dataSource, userIds, [...new Set(tellings.map(({ told }) => told.kind.key))]),
  ])

  const now = clock()
  const messageOf = messages(names)
  const inApp: NewNotification[] = []
  const mail: MailEntry[] = []
  for (const { told, userId, audience } of tellings) {
    const { event, kind, reading } = told
    const choices = choicesOf(userId)
    const wanted = wantedChannels(kind, choices)
    const timing = timingOf(choices.settings)
    const { resource, ...message } = messageOf(told, audience)
    const organization = reading.organizationFor(audience)
    const common = {
      ...message,
      userId,
      eventId: event.id,
      eventType: kind.key,
      createTime: event.createTime,
    }
    if (wanted.inApp) {
      inApp.push({
        ...common,
        resource,
        organization: organization === undefined ? '' : names.organization(organization).slug,
        quiet: isQuiet(now, timing),
      })
    }
    if (wanted.mail !== 'OFF' && options.mailEnabled) {
      mail.push({
        ...common,
        delivery: wanted.mail,
        dueTime: dueTime(wanted.mail, now, timing),
        memberOf: membershipOf(audience),
      })
    }
  }
  if (inApp.length === 0 && mail.length === 0) return []

  const locked = [...new Set(inApp.map(({ userId }) => userId))]
  return inTransaction(dataSource, async (transaction) => {
    let written: readonly WrittenNotification[] = []
    if (locked.length > 0) {
      await lockInboxes(transaction, locked)
      written = await writeNotifications(transaction, inApp)
    }
    await queueMail(transaction, mail)
    return written
  })
}

/** Each event's message to an audience once, however many are told. */
function messages(names: Names) {
  const made = new Map<ToldEvent, Map<Audience, Message>>()
  return (told: ToldEvent, audience: Audience) => {
    const known = made.get(told)?.get(audience)
    if (known !== undefined) return known
    const message = told.reading.message(names, audience)
    const ofEvent = made.get(told) ?? new Map<Audience, Message>()
    made.set(told, ofEvent.set(audience, message))
    return message
  }
}

function isQuiet(now: Date, timing: Timing): boolean {
  return timing.quietHours !== undefined && quietUntil(now, timing) !== undefined
}

/** The organisation that the user is told as a member of. */
function membershipOf(audience: Audience): string | undefined {
  switch (audience.kind) {
    case 'member':
    case 'job-owner':
    case 'roles':
      return audience.organizationId
    default:
      return undefined
  }
}
