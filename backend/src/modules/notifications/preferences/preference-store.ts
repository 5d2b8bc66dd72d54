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

export const defaultSettings: Settings = {
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

interface SettingsRow {
  user_id: string
  quiet_enabled: boolean
  quiet_start_minute: number
  quiet_end_minute: number
  time_zone: string
  daily_digest_minute: number
}

interface ChoiceRow {
  user_id: string
  event_type: string
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
  const [settings, choices] = await Promise.all([
    rows<SettingsRow>(
      database,
      `select user_id, quiet_enabled, quiet_start_minute, quiet_end_minute, time_zone, daily_digest_minute
       from notification_settings where user_id = any($1::uuid[])`,
      [userIds],
    ),
    rows<ChoiceRow>(
      database,
      `select user_id, event_type, in_app, mail from notification_preferences
       where user_id = any($1::uuid[]) and ($2::text[] is null or event_type = any($2::text[]))`,
      [userIds, eventTypes ?? null],
    ),
  ])
  const settingsOf = new Map(settings.map((row) => [row.user_id, row]))
  const choicesOf = Map.groupBy(choices, (row) => row.user_id)
  const chosen = new Map<string, Choices>()
  for (const userId of new Set([...settingsOf.keys(), ...choicesOf.keys()])) {
    const row = settingsOf.get(userId)
    chosen.set(userId, {
      settings:
        row === undefined
          ? defaultSettings
          : {
              quietEnabled: row.quiet_enabled,
              quietStartMinute: row.quiet_start_minute,
              quietEndMinute: row.quiet_end_minute,
              timeZone: row.time_zone,
              dailyDigestMinute: row.daily_digest_minute,
            },
      events: new Map(
        (choicesOf.get(userId) ?? []).map((choice) => [
          choice.event_type,
          { inApp: choice.in_app ?? undefined, mail: choice.mail ?? undefined },
        ]),
      ),
    })
  }
  return chosen
}

/** What users chose, also of those who chose nothing. */
export async function readChoices(
  database: Database,
  userIds: readonly string[],
  eventTypes?: readonly string[],
): Promise<(userId: string) => Choices> {
  const chosen = userIds.length === 0 ? new Map() : await readChosen(database, userIds, eventTypes)
  return (userId) => chosen.get(userId) ?? noChoices
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
