// Everything here runs in the browser too: no import of a node: module. PNG and pyramids are in their own files.
export { COLOR_MAPS, type ColorMap, colorTable, isColorMap } from './color-map.ts'
export { percentiles } from './percentiles.ts'
export {
  type Appearance,
  BLANK_CODE,
  type CodedAppearance,
  codeLookup,
  flipRows,
  MAX_CODE,
  renderCodes,
  renderValues,
} from './render.ts'
export { isStretch, STRETCHES, type Stretch, stretchFunction } from './stretch.ts'
