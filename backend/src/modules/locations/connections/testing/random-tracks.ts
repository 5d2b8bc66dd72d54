import fc from 'fast-check'
import type { ConnectionRule } from '../connection-rule.ts'
import type { Span } from '../search-scope.ts'
import { EARTH_RADIUS_M, type Point } from '../sphere.ts'
import type { TrackFix } from '../track-fix.ts'
import type { GivenConsent } from './location-rows.ts'
import { ODD_PLACES, pointAt } from './odd-places.ts'

/** Some minutes before a midnight of UTC, between two partitions. */
const MIDNIGHT_MS = Date.UTC(2024, 1, 29)
const HOUR_MS = 3_600_000

/** A group of people around one place over some hours, what is asked about them, and who consents. */
export interface TrackCase {
  readonly place: string
  readonly fixes: readonly TrackFix[]
  readonly rule: ConnectionRule
  readonly window: Span
  readonly consents: readonly GivenConsent[]
}

/** Spread evenly, which doubles of fast-check are not. */
const unit = fc.integer({ min: 0, max: 1_000_000 }).map((value) => value / 1_000_000)

function walk(personNo: number, place: Point, spreadM: number, hours: number): fc.Arbitrary<TrackFix[]> {
  const legs = fc.record({
    // Seconds apart, rarely a gap of an hour; sometimes to a whole minute, so that times coincide.
    stepMs: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 120_000 }) },
      { weight: 3, arbitrary: fc.constant(60_000) },
      { weight: 1, arbitrary: fc.integer({ min: 600_000, max: HOUR_MS }) },
    ),
    // Stays, steps and jumps.
    moves: fc.oneof(fc.constant(0), unit),
    bearing: unit,
    accuracyM: fc.oneof(fc.constant(0), fc.constantFrom(5, 30, 80, 450, 900)),
    second: fc.boolean(),
  })
  return fc
    .tuple(unit, unit, unit, fc.array(legs, { minLength: 5, maxLength: 40, size: 'max' }))
    .map(([start, bearing, far, steps]) => {
      let timeMs = MIDNIGHT_MS + Math.floor((start - 0.5) * hours * HOUR_MS)
      timeMs -= timeMs % 1000
      let at = pointAt(place, 360 * bearing, angleDeg(far * spreadM))
      const fixes = steps.map((step): TrackFix => {
        timeMs += step.stepMs
        if (step.moves > 0) at = pointAt(at, 360 * step.bearing, angleDeg(step.moves ** 3 * spreadM))
        return {
          personNo,
          deviceNo: 10 * personNo + (step.second ? 1 : 0),
          timeMs,
          latitude: at.latitude,
          longitude: at.longitude,
          accuracyM: step.accuracyM,
        }
      })
      // A device tells each instant once.
      return [...new Map(fixes.map((fix) => [`${fix.deviceNo} ${fix.timeMs}`, fix])).values()]
    })
}

function angleDeg(distanceM: number): number {
  return (distanceM / EARTH_RADIUS_M) * (180 / Math.PI)
}

const rule: fc.Arbitrary<ConnectionRule> = fc.record({
  distanceM: fc.constantFrom(20, 100, 100, 150, 400, 1000, 3000, 10_000),
  withinMs: fc.constantFrom(0, 5000, 60_000, 60_000, 600_000, HOUR_MS),
  episodeGapMs: fc.constantFrom(0, 60_000, 300_000, 2 * HOUR_MS),
  accuracy: fc.constantFrom('ignore', 'ignore', 'possible', 'certain'),
})

export function trackCase(persons: number): fc.Arbitrary<TrackCase> {
  return fc
    .record({
      place: fc.constantFrom(...ODD_PLACES),
      rule,
      hours: fc.constantFrom(0.2, 0.5, 2),
      spread: fc.constantFrom(0.3, 1, 3),
    })
    .chain(({ place, rule, hours, spread }) =>
      fc.record({
        place: fc.constant(place.name),
        rule: fc.constant(rule),
        fixes: fc
          .tuple(
            ...Array.from({ length: persons }, (_, index) =>
              walk(index + 1, place, spread * rule.distanceM, hours),
            ),
          )
          .map((tracks) => tracks.flat()),
        window: fc.tuple(unit, unit).map(([start, length]) => ({
          startMs: MIDNIGHT_MS + Math.floor((0.6 * start - 1) * hours * HOUR_MS),
          endMs: MIDNIGHT_MS + Math.floor((0.6 * start - 0.9 + 2 * length) * hours * HOUR_MS),
        })),
        consents: fc
          .tuple(...Array.from({ length: persons }, (_, index) => consents(index + 1)))
          .map((all) => all.flat()),
      }),
    )
}

function consents(personNo: number): fc.Arbitrary<GivenConsent[]> {
  const edge = unit.map((at) => MIDNIGHT_MS + Math.floor((at - 0.5) * 2 * HOUR_MS))
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant<GivenConsent[]>([{ personNo }]) },
    { weight: 1, arbitrary: fc.constant<GivenConsent[]>([]) },
    { weight: 1, arbitrary: fc.constant<GivenConsent[]>([{ personNo, withdrawn: true }]) },
    {
      weight: 2,
      arbitrary: fc.tuple(edge, edge).map(([a, b]): GivenConsent[] => [
        { personNo, endMs: Math.min(a, b) },
        { personNo, startMs: Math.max(a, b) + 1 },
      ]),
    },
  )
}

/** Whether consents let a fix be seen. */
export function coveredBy(consents: readonly GivenConsent[]): (fix: TrackFix) => boolean {
  return (fix) =>
    consents.some(
      ({ personNo, startMs, endMs, withdrawn }) =>
        personNo === fix.personNo &&
        withdrawn !== true &&
        fix.timeMs >= (startMs ?? Number.NEGATIVE_INFINITY) &&
        fix.timeMs < (endMs ?? Number.POSITIVE_INFINITY),
    )
}
