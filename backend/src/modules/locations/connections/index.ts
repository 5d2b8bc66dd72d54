export { CellCovering, type CellRange, coveringResolution } from './cell-covering.ts'
export {
  type AccuracyRule,
  type ConnectionRule,
  DEFAULT_RULE,
  greatestRadiusM,
  isNear,
  searchRadiusM,
} from './connection-rule.ts'
export { contactsBetween } from './contacts-between.ts'
export { type Contact, type Episode, EpisodeFolder } from './episode.ts'
export { boxAround, distanceM, EARTH_RADIUS_M, midpoint, type Point } from './sphere.ts'
export { compareByTime, type TrackFix } from './track-fix.ts'
