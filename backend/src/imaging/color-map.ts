import { COLOR_TABLES } from './color-tables.ts'

export const COLOR_MAPS = [
  'gray',
  'viridis',
  'inferno',
  'magma',
  'plasma',
  'cividis',
  'turbo',
  'heat',
  'coolwarm',
] as const
export type ColorMap = (typeof COLOR_MAPS)[number]

export function isColorMap(text: string): text is ColorMap {
  return (COLOR_MAPS as readonly string[]).includes(text)
}

/** 256 colours, three bytes each, from the lowest value's to the highest one's. */
export function colorTable(map: ColorMap): Uint8Array {
  if (map === 'gray') return Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3))
  if (map === 'heat') return Uint8Array.from({ length: 768 }, (_, i) => heat(Math.floor(i / 3) / 255, i % 3))
  const text = atob(COLOR_TABLES[map].join(''))
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** Black, red, yellow, white: each channel rises after the one before it is full. */
function heat(t: number, channel: number): number {
  return Math.round(255 * Math.max(0, Math.min(1, 3 * t - channel)))
}
