import type { ConnectionRule } from '../connection-rule.ts'
import type { Episode } from '../episode.ts'
import type { Point } from '../sphere.ts'
import type { TrackFix } from '../track-fix.ts'

/*
 * The definition of connections once more, as plainly as it can be written and with none of the product's code: every
 * fix against every fix.
 */

const RADIUS_M = 6_371_008.7714

interface Meeting {
  readonly a: TrackFix
  readonly b: TrackFix
  readonly start: number
  readonly end: number
  readonly distanceM: number
}

/**
 * Episodes of a person with every other one, by start and then by person.
 *
 * @param covers whether a consent covers a fix; the default: all are covered
 */
export function bruteForceEpisodes(
  fixes: readonly TrackFix[],
  personNo: number,
  rule: ConnectionRule,
  windowStartMs: number,
  windowEndMs: number,
  covers: (fix: TrackFix) => boolean = () => true,
): Episode[] {
  const seen = fixes.filter((fix) => fix.timeMs >= windowStartMs && fix.timeMs < windowEndMs && covers(fix))
  const own = seen.filter((fix) => fix.personNo === personNo)
  const others = new Set(seen.map((fix) => fix.personNo).filter((no) => no !== personNo))
  const episodes = [...others].flatMap((other) => {
    const meetings = own
      .flatMap((a) => seen.filter((b) => b.personNo === other).map((b) => meetingOf(a, b)))
      .filter((meeting) => meets(meeting, rule))
      .sort((x, y) => x.start - y.start)
    return split(meetings, rule.episodeGapMs).map((group) => episodeOf(other, group))
  })
  return episodes.sort((x, y) => x.startMs - y.startMs || x.otherPersonNo - y.otherPersonNo)
}

function meetingOf(a: TrackFix, b: TrackFix): Meeting {
  return {
    a,
    b,
    start: Math.min(a.timeMs, b.timeMs),
    end: Math.max(a.timeMs, b.timeMs),
    distanceM: haversineM(a, b),
  }
}

function meets({ a, b, start, end, distanceM }: Meeting, rule: ConnectionRule): boolean {
  if (end - start > rule.withinMs) return false
  if (rule.accuracy === 'possible')
    return distanceM - Math.min(a.accuracyM, 500) - Math.min(b.accuracyM, 500) <= rule.distanceM
  if (rule.accuracy === 'certain') return distanceM + a.accuracyM + b.accuracyM <= rule.distanceM
  return distanceM <= rule.distanceM
}

function split(meetings: readonly Meeting[], gapMs: number): Meeting[][] {
  const groups: Meeting[][] = []
  let end = Number.NEGATIVE_INFINITY
  for (const meeting of meetings) {
    if (meeting.start - end > gapMs) groups.push([])
    groups.at(-1)?.push(meeting)
    end = Math.max(end, meeting.end)
  }
  return groups
}

function episodeOf(otherPersonNo: number, meetings: readonly Meeting[]): Episode {
  const closest = meetings.toSorted(
    (x, y) =>
      x.distanceM - y.distanceM ||
      x.start - y.start ||
      x.a.timeMs - y.a.timeMs ||
      x.b.timeMs - y.b.timeMs ||
      x.a.deviceNo - y.a.deviceNo ||
      x.b.deviceNo - y.b.deviceNo,
  )[0]
  if (closest === undefined) throw new Error('an episode without a contact')
  return {
    otherPersonNo,
    startMs: Math.min(...meetings.map(({ start }) => start)),
    endMs: Math.max(...meetings.map(({ end }) => end)),
    closestDistanceM: closest.distanceM,
    closestTimeMs: closest.start,
    closestPosition: between(closest.a, closest.b),
    fixCount: new Set(meetings.map(({ a }) => `${a.deviceNo} ${a.timeMs}`)).size,
    otherFixCount: new Set(meetings.map(({ b }) => `${b.deviceNo} ${b.timeMs}`)).size,
  }
}

const sin = (degrees: number) => Math.sin((degrees * Math.PI) / 180)
const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180)

function haversineM(a: Point, b: Point): number {
  const h =
    sin((b.latitude - a.latitude) / 2) ** 2 +
    cos(a.latitude) * cos(b.latitude) * sin((b.longitude - a.longitude) / 2) ** 2
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** By the formula for the midpoint of a great circle. */
function between(a: Point, b: Point): Point {
  const x = cos(b.latitude) * cos(b.longitude - a.longitude)
  const y = cos(b.latitude) * sin(b.longitude - a.longitude)
  const latitude = Math.atan2(sin(a.latitude) + sin(b.latitude), Math.hypot(cos(a.latitude) + x, y))
  const longitude = (a.longitude * Math.PI) / 180 + Math.atan2(y, cos(a.latitude) + x)
  const degrees = (longitude * 180) / Math.PI
  return {
    latitude: (latitude * 180) / Math.PI,
    longitude: ((((degrees + 180) % 360) + 360) % 360) - 180,
  }
}
