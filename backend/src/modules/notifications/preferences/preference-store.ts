import type { EntityManager } from 'typeorm'
import type { MailDelivery } from '../catalogue/event-kind.ts'
import { type Database, rows } from '../sql.ts'
import type { Timing } from './due-time.ts'

/** What a user chose for one type of event; undefined where nothing was chosen. */
export interface EventChoice {
  readonly inApp: boolean | undefined
  readonly mail: MailDelivery | undefined
}

/** Quiet hours that are off keep their times. */
export interface Settings {
  readonly quietEnabled: boolean
  readonly quietStartMinute: number
  readonly quietEndMinute: number
  readonly timeZone: string
  readonly dailyDigestMinute: number
}

export interface Choices {
  readonly settings: Settings
  /** By event type. */
  readonly events: ReadonlyMap<string, EventChoice>
}

const defaultSettings: Settings = {
  quietEnabled: false,
  quietStartMinute: 22 * 60,
  quietEndMinute: 7 * 60,
  timeZone: 'UTC',
  dailyDigestMinute: 8 * 60,
}

const noChoices: Choices = { settings: defaultSettings, events: new Map() }

export function timingOf(settings: Settings): Timing {
  return {
    quietHours: settings.quietEnabled
      ? { startMinute: settings.quietStartMinute, endMinute: settings.quietEndMinute }
      : undefined,
    timeZone: settings.timeZone,
    dailyDigestMinute: settings.dailyDigestMinute,
  }
}

interface ChosenRow {
  user_id: string
  /** Null where only events were chosen for. */
  quiet_enabled: boolean | null
  quiet_start_minute: number
  quiet_end_minute: number
  time_zone: string
  daily_digest_minute: number
  /** Null where only settings were chosen. */
  event_type: string | null
  in_app: boolean | null
  mail: MailDelivery | null
}

/**
 * What users chose; who chose nothing is not among them.
 *
 * @param eventTypes all when undefined
 */
async function readChosen(
  database: Database,
  userIds: readonly string[],
  eventTypes: readonly string[] | undefined,
): Promise<ReadonlyMap<string, Choices>> {
  const found = await rows<ChosenRow>(
    database,
    `select user_id, quiet_enabled, quiet_start_minute, quiet_end_minute, time_zone, daily_digest_minute,
       event_type, in_app, mail
     from (select * from notification_settings where user_id = any($1::uuid[])) as settings
     full join (
       select * from notification_preferences
       where user_id = any($1::uuid[]) and ($2::text[] is null or event_type = any($2::text[]))
     ) as choices using (user_id)`,
    [userIds, eventTypes ?? null],
  )
  const chosen = new Map<string, Choices>()
  for (const [userId, ofUser] of Map.groupBy(found, (row) => row.user_id)) {
    const [first] = ofUser
    chosen.set(userId, {
      settings: first === undefined || first.quiet_enabled === null ? defaultSettings : settingsOf(first),
      events: new Map(
        ofUser.flatMap((row) =>
          row.event_type === null
            ? []
            : [[row.event_type, { inApp: row.in_app ?? undefined, mail: row.mail ?? undefined }]],
        ),
      ),
    })
  }
  return chosen
}

function settingsOf(row: ChosenRow): Settings {
  return {
    quietEnabled: row.quiet_enabled === true,
    quietStartMinute: row.quiet_start_minute,
    quietEndMinute: row.quiet_end_minute,
    timeZone: row.time_zone,
    dailyDigestMinute: row.daily_digest_minute,
  }
}

/** What users chose, also of those who chose nothing. */
export async function readChoices(
  database: Database,
  userIds: readonly string[],
  eventTypes?: readonly string[],
): Promise<(userId: string) => Choices> {
  const chosen =
    userIds.length === 0 ? new Map<string, Choices>() : await readChosen(database, userIds, eventTypes)
  return (userId) => chosen.get(userId) ?? noChoices
}

/** A user's settings, which nobody else changes until the transaction ends. */
export async function lockSettings(transaction: EntityManager, userId: string): Promise<Settings> {
  await rows(
    transaction,
    'insert into notification_settings (user_id) values ($1) on conflict (user_id) do nothing',
    [userId],
  )
  await rows(transaction, 'select from notification_settings where user_id = $1 for update', [userId])
  return (await readChoices(transaction, [userId], []))(userId).settings
}

export async function writeSettings(database: Database, userId: string, settings: Settings): Promise<void> {
  await rows(
    database,
    `insert into notification_settings (user_id, quiet_enabled, quiet_start_minute, quiet_end_minute, time_zone,
       daily_digest_minute)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (user_id) do update set quiet_enabled = excluded.quiet_enabled,
       quiet_start_minute = excluded.quiet_start_minute, quiet_end_minute = excluded.quiet_end_minute,
       time_zone = excluded.time_zone, daily_digest_minute = excluded.daily_digest_minute`,
    [
      userId,
      settings.quietEnabled,
      settings.quietStartMinute,
      settings.quietEndMinute,
      settings.timeZone,
      settings.dailyDigestMinute,
    ],
  )
}

export interface NewChoice {
  readonly eventType: string
  /** Undefined leaves it as it is. */
  readonly inApp: boolean | undefined
  readonly mail: MailDelivery
}

export async function writeChoices(
  database: Database,
  userId: string,
  choices: readonly NewChoice[],
): Promise<void> {
  if (choices.length === 0) return
  await rows(
    database,
    `insert into notification_preferences as held (user_id, event_type, in_app, mail)
     select $1, chosen.* from unnest($2::text[], $3::boolean[], $4::text[]) as chosen
     on conflict (user_id, event_type) do update
       set in_app = coalesce(excluded.in_app, held.in_app), mail = excluded.mail`,
    [
      userId,
      choices.map(({ eventType }) => eventType),
      choices.map(({ inApp }) => inApp ?? null),
      choices.map(({ mail }) => mail),
    ],
  )
}
