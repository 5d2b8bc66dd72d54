import type {
  EventPreference,
  EventType,
  Preferences,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'

/** What is changed at a time; what is absent stays. */
export interface PreferenceChange {
  readonly events?: readonly EventPreference[]
  readonly quietHours?: NonNullable<Preferences['quietHours']>
  readonly timeZone?: string
  readonly dailyDigestMinute?: number
}

/** The preferences as the server will have them after the change. */
export function withChange(preferences: Preferences, change: PreferenceChange): Preferences {
  const { events = [], ...rest } = change
  const changed = new Map(events.map((preference) => [preference.eventType, preference]))
  return {
    ...preferences,
    ...rest,
    events: preferences.events.map((preference) => changed.get(preference.eventType) ?? preference),
  }
}

/** What takes the change back, as long as the preferences are as they were before it. */
export function inverseOf(preferences: Preferences, change: PreferenceChange): PreferenceChange {
  const named = new Set(change.events?.map(({ eventType }) => eventType))
  return {
    ...(change.events === undefined
      ? {}
      : { events: preferences.events.filter(({ eventType }) => named.has(eventType)) }),
    ...(change.quietHours === undefined || preferences.quietHours === undefined
      ? {}
      : { quietHours: preferences.quietHours }),
    ...(change.timeZone === undefined ? {} : { timeZone: preferences.timeZone }),
    ...(change.dailyDigestMinute === undefined ? {} : { dailyDigestMinute: preferences.dailyDigestMinute }),
  }
}

/** As UpdatePreferences takes it. */
export function toUpdate(change: PreferenceChange) {
  return {
    preferences: {
      events: [...(change.events ?? [])],
      quietHours: change.quietHours,
      timeZone: change.timeZone ?? '',
      dailyDigestMinute: change.dailyDigestMinute ?? 0,
      mailAddress: undefined,
    },
    updateMask: [
      ...(change.events === undefined ? [] : ['events']),
      ...(change.quietHours === undefined ? [] : ['quiet_hours']),
      ...(change.timeZone === undefined ? [] : ['time_zone']),
      ...(change.dailyDigestMinute === undefined ? [] : ['daily_digest_minute']),
    ],
  }
}

export interface PreferenceRow {
  readonly type: EventType
  readonly preference: EventPreference
}

export interface PreferenceGroup {
  readonly module: string
  readonly rows: readonly PreferenceRow[]
}

/** What can be chosen, by module, in the order of the event types. */
export function preferenceGroups(
  types: readonly EventType[],
  preferences: readonly EventPreference[],
): PreferenceGroup[] {
  const chosen = new Map(preferences.map((preference) => [preference.eventType, preference]))
  const groups = new Map<string, PreferenceRow[]>()
  for (const type of types) {
    const preference = chosen.get(type.eventType)
    // Nobody notifies this caller of it.
    if (preference === undefined) continue
    const rows = groups.get(type.module) ?? []
    rows.push({ type, preference })
    groups.set(type.module, rows)
  }
  return [...groups].map(([module, rows]) => ({ module, rows }))
}

/** The preferences that differ from what holds for who has not chosen, as they would be then. */
export function defaultsOf(groups: readonly PreferenceGroup[]): EventPreference[] {
  return groups
    .flatMap(({ rows }) => rows)
    .filter(
      ({ type, preference }) =>
        preference.mail !== type.mailDefault ||
        (preference.inApp !== type.inAppDefault && !type.inAppRequired),
    )
    .map(({ type }) => ({
      eventType: type.eventType,
      inApp: type.inAppDefault || type.inAppRequired,
      mail: type.mailDefault,
    }))
}
