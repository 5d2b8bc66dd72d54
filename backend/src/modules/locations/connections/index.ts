export { CellCovering, type CellRange, coveringResolution } from './cell-covering.ts'
export { cellNeighbours } from './cell-neighbours.ts'
export {
  type AccuracyRule,
  type ConnectionRule,
  DEFAULT_RULE,
  greatestRadiusM,
  isNear,
  searchRadiusM,
} from './connection-rule.ts'
export { ConnectionSearch } from './connection-search.ts'
export { contactsBetween } from './contacts-between.ts'
export { type Contact, type Episode, EpisodeFolder } from './episode.ts'
export type { NeighbourSource } from './neighbour-source.ts'
export { ownFixes } from './own-fixes.ts'
export { postgisNeighbours, preparePostgis } from './postgis-neighbours.ts'
export { inReadSession } from './read-session.ts'
export type { SearchScope, Span } from './search-scope.ts'
export { boxAround, distanceM, EARTH_RADIUS_M, midpoint, type Point } from './sphere.ts'
export { storedDays } from './stored-days.ts'
export { compareByTime, type TrackFix } from './track-fix.ts'
