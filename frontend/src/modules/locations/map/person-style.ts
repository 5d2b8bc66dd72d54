export type ColorScheme = 'light' | 'dark'

/**
 * Told apart by full colour vision and without the red or the green cones (Machado 2009): at least 0.11 apart in
 * OKLab in each, and at least 3:1 against the map's land. The same place is the same hue in both schemes.
 */
export const personColors: Record<ColorScheme, readonly string[]> = {
  light: ['#144ec4', '#c86c1e', '#43977f', '#af6bd7', '#661524', '#027374', '#700d7c', '#665300'],
  dark: ['#4bb1fd', '#f8870f', '#3cc29f', '#7359fa', '#c15935', '#8deceb', '#ab579c', '#efe37b'],
}

/** Lines of the persons after the first eight have the same colours, and another dash. */
const lineDashes = ['solid', 'dashed', 'dotted'] as const

export interface PersonStyle {
  readonly colorIndex: number
  readonly dash: (typeof lineDashes)[number]
}

/** @param place of the person among those on the map, from 0 */
export function personStyle(place: number): PersonStyle {
  const count = personColors.light.length
  return {
    colorIndex: place % count,
    dash: lineDashes[Math.floor(place / count) % lineDashes.length] ?? 'solid',
  }
}

export function personColor(place: number, scheme: ColorScheme): string {
  return personColors[scheme][personStyle(place).colorIndex] ?? ''
}
