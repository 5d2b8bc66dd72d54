// Everything here runs in the browser too: no import of a node: module.

export { type SkyCoverage, skyCoverage } from '../coverage/sky-coverage.ts'
export { FitsError, type FitsErrorReason } from '../fits-error.ts'
export type { CardValue } from '../header/card.ts'
export { FitsHeader, type KeywordReader } from '../header/header.ts'
export * from '../region/index.ts'
export { angularDistanceDeg } from './angular-distance.ts'
export type { CelestialFrame } from './frames.ts'
export { galacticToIcrs, icrsToGalactic } from './galactic.ts'
export { PROJECTION_CODES } from './projections/index.ts'
export { type FramePosition, type PixelPosition, type SkyPosition, Wcs } from './wcs.ts'
