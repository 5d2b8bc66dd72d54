import type { FixColumn } from './fix-row.ts'

export type ColumnRole = FixColumn | 'date'

/** In the order in which they are preferred, lower case, "_" between words. */
const names: Readonly<Record<ColumnRole, readonly string[]>> = {
  latitude: ['latitude', 'lat', 'y'],
  longitude: ['longitude', 'lng', 'lon', 'long', 'x'],
  time: ['record_time', 'recorded_at', 'recorded_time', 'datetime', 'date_time', 'timestamp', 'time', 'tst'],
  // Beside a column of the time of day.
  date: ['date'],
  accuracy: ['accuracy_m', 'accuracy', 'horizontal_accuracy', 'acc'],
  device: ['device', 'device_id', 'uid', 'user', 'id'],
}

interface Known {
  readonly role: ColumnRole
  /** 0 is the most preferred of its role. */
  readonly rank: number
}

const known = new Map<string, Known>()
for (const role of Object.keys(names) as ColumnRole[])
  names[role].forEach((name, rank) => {
    known.set(name, { role, rank })
  })

function knownAs(name: string): Known | undefined {
  const plain = name
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s.-]+/g, '_')
  return known.get(plain)
}

/** Which of the names plays which role; of several for one role the most preferred. */
export function columnsOf(header: readonly string[]): ReadonlyMap<ColumnRole, number> {
  const chosen = new Map<ColumnRole, { index: number; rank: number }>()
  header.forEach((name, index) => {
    const found = knownAs(name)
    if (found === undefined) return
    const before = chosen.get(found.role)
    if (before === undefined || found.rank < before.rank) chosen.set(found.role, { index, rank: found.rank })
  })
  return new Map([...chosen].map(([role, { index }]) => [role, index]))
}

/** How a role may be named, for people. */
export function namesOf(role: ColumnRole): string {
  return names[role].join(', ')
}
