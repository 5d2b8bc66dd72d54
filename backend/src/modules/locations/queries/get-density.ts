import type { Density, GetDensityRequest } from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import { invalidField } from '../../../errors/domain-error.ts'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import { inReadSession } from '../connections/index.ts'
import { coverage } from '../consent/index.ts'
import { policyOf } from '../policy/index.ts'
import { askedWindow } from './asked-window.ts'
import { lookContext, writeLook } from './look-context.ts'

const DAYS_MAX = 31
const CELLS_MAX = 20_000
const DEFAULT_RESOLUTION = 8
const COARSEST = 3
const FINEST = 9
/** Digits of an index, 3 bits for each of the resolutions 1 to 15; the resolution stands above them. */
const DIGITS = 15
const RESOLUTION_BITS = 52

/** A cell's parent: its resolution set, and the digits of finer ones to 7, as of an index that has not got them. */
const PARENT = `(cell & ~(15::int8 << ${RESOLUTION_BITS})) | ($6::int8 << ${RESOLUTION_BITS})
  | ((1::int8 << (3 * (${DIGITS} - $6::int4))) - 1)`
const WINDOW = 'tstzrange($4, $5)'

/** Consents are asked of persons; of fixes only where a consent begins or ends in the window. */
const DENSITY = `with subject as materialized (${coverage('$1', '$2')}),
  visited as (
    select person_no, cell from fixes
    where organization_no = $3 and recorded_at >= $4 and recorded_at < $5
    group by person_no, cell
  ), present as materialized (
    select visited.person_no, ${PARENT} as cell from visited join subject using (person_no)
    where subject.covered @> ${WINDOW}
    union
    select fix.person_no, ${PARENT} as cell
    from subject join devices on devices.person_id = subject.person_id
    cross join lateral (
      select person_no, cell, recorded_at from fixes
      where fixes.device_no = devices.device_no and organization_no = $3
        and recorded_at >= $4 and recorded_at < $5
      offset 0
    ) as fix
    where not subject.covered @> ${WINDOW} and subject.covered && ${WINDOW}
      and fix.person_no = subject.person_no and subject.covered @> fix.recorded_at
  ), counted as (
    select cell, count(*)::int4 as persons from present group by cell having count(*) >= $7
    order by persons desc, cell limit $8
  )
  select to_hex(counted.cell) as cell, counted.persons,
    (select count(distinct present.person_no)::int4 from present
     where present.cell in (select cell from counted)) as everybody
  from counted order by persons desc, cell`

export function getDensity(dataSource: DataSource) {
  return async (request: GetDensityRequest, call: OrganizationCallContext): Promise<Density> => {
    const window = askedWindow(request.startTime, request.endTime, DAYS_MAX)
    const resolution = request.resolution || DEFAULT_RESOLUTION
    if (resolution < COARSEST)
      throw invalidField('resolution', `is ${resolution}; it must be from ${COARSEST} to ${FINEST}`)
    const context = await lookContext(dataSource, call, request.look)
    const { scope } = context
    const { minimumGroupSize } = await policyOf(dataSource, scope.organizationId)
    const cells = await inReadSession(dataSource, (session) =>
      session.rows<{ cell: string; persons: number; everybody: number }>(DENSITY, [
        scope.organizationId,
        scope.purposeId,
        scope.organizationNo,
        new Date(window.startMs),
        new Date(window.endMs),
        resolution,
        minimumGroupSize,
        CELLS_MAX + 1,
      ]),
    )
    await writeLook(dataSource, context, {
      method: 'GetDensity',
      window,
      countedPersons: cells[0]?.everybody ?? 0,
      details: { resolution, minimumGroupSize },
    })
    return {
      cells: cells.slice(0, CELLS_MAX).map(({ cell, persons }) => ({ cell, personCount: persons })),
      resolution,
      minimumGroupSize,
      truncated: cells.length > CELLS_MAX,
    }
  }
}
