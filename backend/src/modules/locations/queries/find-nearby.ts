import type {
  FindNearbyRequest,
  FindNearbyResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import { DomainError, invalidField } from '../../../errors/domain-error.ts'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import {
  DEFAULT_RULE,
  distanceM,
  inReadSession,
  type NeighbourSource,
  type TrackFix,
} from '../connections/index.ts'
import { personName } from '../consent/index.ts'
import { askedWindow } from './asked-window.ts'
import { pathPoint } from './location-messages.ts'
import { lookContext, writeLook } from './look-context.ts'
import { showPersons } from './shown-persons.ts'

const PERSONS_MAX = 1000
const FIXES_MAX = 400_000
/** No person has it. */
const NOBODY = 0

interface Near {
  readonly fix: TrackFix
  readonly distanceM: number
}

export function findNearby(dataSource: DataSource, source: NeighbourSource) {
  return async (request: FindNearbyRequest, call: OrganizationCallContext): Promise<FindNearbyResponse> => {
    const { position, time } = request
    if (position === undefined) throw invalidField('position', 'is missing')
    if (time === undefined) throw invalidField('time', 'is missing')
    const rule = {
      ...DEFAULT_RULE,
      distanceM: request.distanceM || DEFAULT_RULE.distanceM,
      withinMs: request.withinS === undefined ? DEFAULT_RULE.withinMs : request.withinS * 1000,
    }
    const timeMs = time.getTime()
    // The last millisecond is inside.
    const span = askedWindow(new Date(timeMs - rule.withinMs), new Date(timeMs + rule.withinMs + 1))
    const context = await lookContext(dataSource, call, request.look)
    const { scope } = context
    const details = { ...position, distanceM: rule.distanceM, withinMs: rule.withinMs }
    const lookId = await writeLook(dataSource, context, { method: 'FindNearby', window: span, details })

    const place: TrackFix = { ...position, personNo: NOBODY, deviceNo: NOBODY, timeMs, accuracyM: 0 }
    const fixes = await inReadSession(dataSource, (session) =>
      source.near(session, { scope, personNo: NOBODY, own: [place], rule, span, limit: FIXES_MAX }),
    )
    if (fixes === undefined)
      throw new DomainError(
        'RESOURCE_EXHAUSTED',
        'TOO_MANY_NEARBY',
        `More than ${FIXES_MAX} fixes are there. Ask for a shorter distance or for less time before and after.`,
      )
    const nearest = new Map<number, Near>()
    for (const fix of fixes) {
      const near = { fix, distanceM: distanceM(place, fix) }
      if (near.distanceM > rule.distanceM || Math.abs(fix.timeMs - timeMs) > rule.withinMs) continue
      const known = nearest.get(fix.personNo)
      if (known === undefined || near.distanceM < known.distanceM) nearest.set(fix.personNo, near)
    }
    const ordered = [...nearest.values()].sort(
      (a, b) => a.distanceM - b.distanceM || a.fix.personNo - b.fix.personNo,
    )
    const page = ordered.slice(0, PERSONS_MAX)
    const nos = page.map(({ fix }) => fix.personNo)
    const persons = await showPersons(dataSource, scope, lookId, nos)
    return {
      persons: page.flatMap((near) => {
        const person = persons.get(near.fix.personNo)
        if (person === undefined) return []
        return [
          {
            person: personName(call.organization.slug, person.id),
            personDisplayName: person.displayName,
            distanceM: near.distanceM,
            fix: pathPoint(near.fix),
          },
        ]
      }),
      truncated: ordered.length > page.length,
    }
  }
}
