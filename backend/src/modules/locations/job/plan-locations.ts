import type { DataSource } from 'typeorm'
import type { PlanLocations } from '../../jobs/index.ts'
import { coverage } from '../consent/index.ts'
import { rows } from '../sql.ts'

/** What the plans of an organisation's jobs may know of its locations. */
export function planLocations(dataSource: DataSource, organizationId: string): PlanLocations {
  return {
    async purpose(slug) {
      const [found] = await rows<{ id: string }>(
        dataSource,
        'select id from location_purposes where organization_id = $1 and slug = $2',
        [organizationId, slug],
      )
      return found
    },

    async purposes() {
      const found = await rows<{ slug: string }>(
        dataSource,
        'select slug from location_purposes where organization_id = $1 order by slug limit 100',
        [organizationId],
      )
      return found.map(({ slug }) => slug)
    },

    async coveredPersons(purposeId, start, end) {
      const [found] = await rows<{ persons: number }>(
        dataSource,
        `select count(*)::int as persons from (${coverage('$1', '$2')}) as covered
         where covered && tstzrange($3, $4)`,
        [organizationId, purposeId, start, end],
      )
      return found?.persons ?? 0
    },

    // Of all organisations: whose the fixes are is not known to the statistics of a table.
    async fixesByDay(start, end) {
      const found = await rows<{ fixes: number }>(
        dataSource,
        `select coalesce(greatest(parts.reltuples, 0), 0)::double precision as fixes
         from generate_series(date_trunc('day', $1::timestamptz, 'UTC'), $2::timestamptz - interval '1 ms',
           interval '24 hours') as days (day)
         left join pg_class as parts
           on parts.oid = to_regclass('fixes_' || to_char(days.day at time zone 'UTC', 'YYYYMMDD'))
         order by days.day`,
        [start, end],
      )
      return found.map(({ fixes }) => fixes)
    },
  }
}
