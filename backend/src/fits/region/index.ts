export { checkRegion, MAX_VERTICES } from './check-region.ts'
export { parseCircle, parsePolygon, parsePosition } from './parse-region.ts'
export {
  type CircleRegion,
  formatRegion,
  type PolygonRegion,
  type RangeRegion,
  type Region,
} from './region.ts'
export { RegionMask } from './region-mask.ts'
export { regionToPixelBox, searchPixelBox } from './region-to-pixel-box.ts'
export { regionContains } from './sky-shape.ts'
