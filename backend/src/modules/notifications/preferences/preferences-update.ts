import { invalidField } from '../../../errors/domain-error.ts'
import { kindOf } from '../catalogue/catalogue.ts'
import type { MailDelivery } from '../catalogue/event-kind.ts'
import type { NewChoice, Settings } from './preference-store.ts'
import { timeZoneOf } from './time-zone.ts'

/** What a client may set, by its name in an update mask. */
export const updatePaths = ['events', 'quiet_hours', 'time_zone', 'daily_digest_minute'] as const
export type UpdatePath = (typeof updatePaths)[number]

export interface PreferencesUpdate {
  readonly paths: ReadonlySet<UpdatePath>
  readonly events: readonly {
    readonly eventType: string
    readonly inApp: boolean
    readonly mail: MailDelivery
  }[]
  /** Undefined switches them off. */
  readonly quietHours:
    | { readonly enabled: boolean; readonly startMinute: number; readonly endMinute: number }
    | undefined
  readonly timeZone: string
  readonly dailyDigestMinute: number
}

/** INVALID_ARGUMENT that names an event type that nobody is notified of, or one that is named twice. */
export function newChoices({ paths, events }: PreferencesUpdate): readonly NewChoice[] {
  if (!paths.has('events')) return []
  const known = new Set<string>()
  for (const [index, { eventType }] of events.entries()) {
    const field = `preferences.events[${index}].event_type`
    if (kindOf(eventType) === undefined) {
      throw invalidField(field, `"${eventType}" is none of ListEventTypes.`, 'EVENT_TYPE_UNKNOWN')
    }
    if (known.has(eventType)) throw invalidField(field, `"${eventType}" is named twice.`)
    known.add(eventType)
  }
  return events
}

/** What the settings become. */
export function newSettings(
  { paths, quietHours, timeZone, dailyDigestMinute }: PreferencesUpdate,
  held: Settings,
): Settings {
  return {
    ...held,
    ...(paths.has('quiet_hours') ? newQuietHours(quietHours, held) : {}),
    ...(paths.has('time_zone') ? { timeZone: checkedTimeZone(timeZone) } : {}),
    ...(paths.has('daily_digest_minute') ? { dailyDigestMinute } : {}),
  }
}

function newQuietHours(quietHours: PreferencesUpdate['quietHours'], held: Settings): Partial<Settings> {
  const {
    enabled = false,
    startMinute = held.quietStartMinute,
    endMinute = held.quietEndMinute,
  } = quietHours ?? {}
  if (startMinute !== endMinute) {
    return { quietEnabled: enabled, quietStartMinute: startMinute, quietEndMinute: endMinute }
  }
  // Those that are off need no times; those they had stay.
  if (!enabled) return { quietEnabled: false }
  throw invalidField(
    'preferences.quiet_hours.end_minute',
    'is the same as start_minute. Give another one, or switch quiet hours off.',
  )
}

function checkedTimeZone(text: string): string {
  const zone = timeZoneOf(text)
  if (zone !== undefined) return zone
  throw invalidField(
    'preferences.time_zone',
    `"${text}" is no time zone of the IANA database. Give a name such as "Europe/Berlin", or "UTC".`,
    'TIME_ZONE_UNKNOWN',
  )
}
