import { expect, test } from 'vitest'
import type { ConnectionRule } from '../connections/connection-rule.ts'
import type { TrackFix } from '../connections/track-fix.ts'
import { PairSweep } from './pair-sweep.ts'

const START_MS = Date.UTC(2026, 10, 20)
const SECOND_MS = 1000
const rule: ConnectionRule = { distanceM: 100, withinMs: 60_000, episodeGapMs: 300_000, accuracy: 'ignore' }

/** Crowds of ten, a fix of each person every 30 s; from time to time everybody goes to another crowd. */
function* crowds(people: number, steps: number): Generator<TrackFix> {
  for (let step = 0; step < steps; step++)
    for (let person = 0; person < people; person++) {
      const crowd = Math.floor(person / 10) ^ Math.floor(step / 40)
      yield {
        personNo: person + 1,
        deviceNo: person + 1,
        timeMs: START_MS + step * 30 * SECOND_MS + Math.floor((person * 30 * SECOND_MS) / people),
        latitude: 40 + crowd / 100,
        longitude: 8,
        accuracyM: 8,
      }
    }
}

test.each([
  ['all parts fit', 800_000],
  ['parts are set aside', 2_000],
])(
  'a sweep holds the fixes of WITHIN and what open parts weigh, not the day: %s',
  { timeout: 120_000 },
  (_what, weightMax) => {
    const [people, steps] = [100, 400]
    let [fixes, parts, most, mostBefore] = [0, 0, 0, 0]
    const sweep = new PairSweep({
      rule,
      startMs: START_MS,
      endMs: START_MS + 86_400_000,
      found: () => {
        parts += 1
      },
      weightMax,
    })
    for (const fix of crowds(people, steps)) {
      sweep.add(fix)
      fixes += 1
      most = Math.max(most, sweep.held)
      if (fixes === (people * steps) / 4) mostBefore = most
    }
    // Everybody meets nine others in each of ten crowds, and most of that has been handed over.
    expect(parts).toBeGreaterThan(10 * people)
    // Of two minutes, all that stand in the grid; open parts remember 8 fixes of either side before they forget.
    const [inGrid, pairs] = [3 * people, (people * 9) / 2]
    expect(most).toBeLessThanOrEqual(inGrid + Math.min(weightMax + 50, 2 * pairs * (8 + 2 * 24)))
    // Of four times the fixes it holds no more.
    expect(most).toBeLessThanOrEqual(mostBefore * 1.1)
    expect(most).toBeLessThan(fixes)
    sweep.finish()
    expect(sweep.held).toBe(0)
  },
)
