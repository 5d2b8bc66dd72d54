import { expect } from 'vitest'
import type { Episode } from '../episode.ts'
import { distanceM } from '../sphere.ts'

/** To the millisecond, and to a thousandth of a millimetre where sines and cosines decide. */
export function expectEpisodes(found: readonly Episode[], expected: readonly Episode[]): void {
  expect(found.map(exactly)).toEqual(expected.map(exactly))
  for (const [index, episode] of expected.entries()) {
    const { closestDistanceM, closestPosition } = found[index] as Episode
    expect(Math.abs(closestDistanceM - episode.closestDistanceM)).toBeLessThan(1e-6)
    expect(distanceM(closestPosition, episode.closestPosition)).toBeLessThan(1e-6)
  }
}

function exactly({ closestDistanceM: _distance, closestPosition: _position, ...rest }: Episode) {
  return rest
}
