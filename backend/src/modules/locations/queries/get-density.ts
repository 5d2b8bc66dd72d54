import type { Density, GetDensityRequest } from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import { DomainError, invalidField } from '../../../errors/domain-error.ts'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import { inReadSession, type ReadSession, type Span } from '../connections/index.ts'
import { coverage } from '../consent/index.ts'
import { policyOf } from '../policy/index.ts'
import { askedWindow } from './asked-window.ts'
import { CellVisitors } from './cell-visitors.ts'
import { densitySlices } from './density-slices.ts'
import { lookContext, writeLook } from './look-context.ts'

const DAYS_MAX = 31
const CELLS_MAX = 20_000
/** Persons in cells, which the backend holds: up to 80 MB. */
const VISITS_MAX = 2_000_000
/** Before whoever waits has given up. */
const PATIENCE_MS = 90_000
const DEFAULT_RESOLUTION = 8
const COARSEST = 3
const FINEST = 9
/** Digits of an index, 3 bits for each of the resolutions 1 to 15; the resolution stands above them. */
const DIGITS = 15
const RESOLUTION_BITS = 52

/** A cell's parent: its resolution set, and the digits of finer ones to 7, as of an index that has not got them. */
const PARENT = `(cell & ~(15::int8 << ${RESOLUTION_BITS})) | ($6::int8 << ${RESOLUTION_BITS})
  | ((1::int8 << (3 * (${DIGITS} - $6::int4))) - 1)`
const SLICE = 'tstzrange($4, $5)'
const BUCKET_S = 300
/** Of the slice's buckets, by which its fixes are found. */
const BUCKETS = `bucket between floor(extract(epoch from $4::timestamptz) / ${BUCKET_S})::int
  and floor(extract(epoch from $5::timestamptz) / ${BUCKET_S})::int`

/** Consents are asked of persons; of fixes only where a consent begins or ends in the slice. */
const VISITORS = `with subject as materialized (${coverage('$1', '$2')}),
  visited as (
    select person_no, cell from fixes
    where organization_no = $3 and ${BUCKETS} and recorded_at >= $4 and recorded_at < $5
    group by person_no, cell
  ), present as (
    select visited.person_no, ${PARENT} as cell from visited join subject using (person_no)
    where subject.covered @> ${SLICE}
    union
    select fix.person_no, ${PARENT} as cell
    from subject join devices on devices.person_id = subject.person_id
    cross join lateral (
      select person_no, cell, recorded_at from fixes
      where fixes.device_no = devices.device_no and organization_no = $3
        and recorded_at >= $4 and recorded_at < $5
      offset 0
    ) as fix
    where not subject.covered @> ${SLICE} and subject.covered && ${SLICE}
      and fix.person_no = subject.person_no and subject.covered @> fix.recorded_at
  )
  select to_hex(cell) as cell, array_agg(person_no) as persons from present group by cell`

export function getDensity(dataSource: DataSource) {
  return async (request: GetDensityRequest, call: OrganizationCallContext): Promise<Density> => {
    const window = askedWindow(request.startTime, request.endTime, DAYS_MAX)
    const resolution = request.resolution || DEFAULT_RESOLUTION
    if (resolution < COARSEST)
      throw invalidField('resolution', `is ${resolution}; it must be from ${COARSEST} to ${FINEST}`)
    const context = await lookContext(dataSource, call, request.look)
    const { scope } = context
    const { minimumGroupSize } = await policyOf(dataSource, scope.organizationId)
    const visitors = await inReadSession(dataSource, (session) =>
      visitorsOf(session, window, resolution, call.signal, [
        scope.organizationId,
        scope.purposeId,
        scope.organizationNo,
      ]),
    )
    const cells = visitors.fullest(minimumGroupSize)
    await writeLook(dataSource, context, {
      method: 'GetDensity',
      window,
      countedPersons: visitors.everybodyIn(cells.slice(0, CELLS_MAX + 1)),
      details: { resolution, minimumGroupSize },
    })
    return {
      cells: cells.slice(0, CELLS_MAX),
      resolution,
      minimumGroupSize,
      truncated: cells.length > CELLS_MAX,
    }
  }
}

/** Statement after statement, of one snapshot: a month of tens of millions of fixes takes longer than one may. */
async function visitorsOf(
  session: ReadSession,
  window: Span,
  resolution: number,
  signal: AbortSignal,
  scope: readonly unknown[],
): Promise<CellVisitors> {
  const giveUpAt = performance.now() + PATIENCE_MS
  const visitors = new CellVisitors()
  for (const { startMs, endMs } of await densitySlices(session, window)) {
    signal.throwIfAborted()
    const found = await session.rows<{ cell: string; persons: number[] }>(VISITORS, [
      ...scope,
      new Date(startMs),
      new Date(endMs),
      resolution,
    ])
    for (const { cell, persons } of found) visitors.add(cell, persons)
    if (visitors.visits > VISITS_MAX)
      throw tooMuch(`more than ${VISITS_MAX / 1e6} million persons in cells`, 'a coarser resolution')
    if (performance.now() > giveUpAt && endMs < window.endMs)
      throw tooMuch(`more fixes than are counted in ${PATIENCE_MS / 1000} seconds`, 'fewer days')
  }
  return visitors
}

function tooMuch(what: string, instead: string): DomainError {
  const text = `The window has ${what}: ask for a shorter one, or for ${instead}.`
  return new DomainError('FAILED_PRECONDITION', 'DENSITY_TOO_LARGE', text)
}
