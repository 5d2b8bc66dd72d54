import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distanceM } from '../connections/index.ts'
import { type ThinningRule, thinTrack } from './thin-track.ts'

const nothing: ThinningRule = { intervalMs: 0, stayRadiusM: 0, stayMinimumMs: 0, stayIntervalMs: 0 }
const stays: ThinningRule = {
  intervalMs: 0,
  stayRadiusM: 50,
  stayMinimumMs: 600_000,
  stayIntervalMs: 900_000,
}
/** About 111 m a thousandth of a degree. */
const fix = (second: number, north = 0) => ({ timeMs: second * 1000, latitude: north / 1000, longitude: 8 })
const secondsGone = (track: readonly ReturnType<typeof fix>[], rule: ThinningRule, beforeMs?: number) =>
  thinTrack(track, rule, beforeMs).gone.map(({ timeMs }) => timeMs / 1000)

describe('thinning a track', () => {
  it('takes nothing away by no rule', () => {
    expect(secondsGone([fix(0), fix(0.001), fix(1)], nothing)).toEqual([])
  })

  it('keeps one fix in the interval, counted from the one that was kept', () => {
    const track = [0, 4, 9, 10, 19, 21, 31].map((second) => fix(second))
    expect(secondsGone(track, { ...nothing, intervalMs: 10_000 })).toEqual([4, 9, 19])
    expect(secondsGone(track, { ...nothing, intervalMs: 10_000 }, -5_000)).toEqual([0, 4, 10, 21])
  })

  it('keeps of a stay the first, one in the interval and the last, and all that is no stay', () => {
    const minutes = Array.from({ length: 31 }, (_, minute) => fix(minute * 60, 0.1 * (minute % 3)))
    const away = [fix(1900, 5), fix(1960, 10), fix(2020, 15)]
    const gone = secondsGone([...minutes, ...away], stays).map((second) => second / 60)
    expect(gone).toEqual(
      [...Array(14).keys()].map((n) => n + 1).concat([...Array(14).keys()].map((n) => n + 16)),
    )
  })

  it('leaves a stay alone that is too short, and one that is too wide', () => {
    expect(
      secondsGone(
        [0, 200, 400, 599].map((second) => fix(second)),
        stays,
      ),
    ).toEqual([])
    expect(
      secondsGone(
        [0, 200, 400, 600].map((second) => fix(second, second)),
        stays,
      ),
    ).toEqual([])
  })

  it('finds two stays one after the other, at different places', () => {
    const track = [0, 300, 700]
      .map((second) => fix(second))
      .concat([800, 1100, 1500].map((second) => fix(second, 9)))
    expect(secondsGone(track, stays)).toEqual([300, 1100])
  })

  it('keeps the interval whatever the track, loses nobody who moves, and has nothing left to take from a thinned track', () => {
    const tracks = fc
      .array(fc.record({ gap: fc.integer({ min: 1, max: 400 }), north: fc.integer({ min: 0, max: 4 }) }), {
        maxLength: 120,
      })
      .map((steps) => {
        let second = 0
        return steps.map(({ gap, north }) => {
          second += gap
          return fix(second, north / 4)
        })
      })
    const rules = fc.record({
      intervalMs: fc.constantFrom(0, 30_000, 300_000),
      stayRadiusM: fc.constantFrom(0, 50, 120),
      stayMinimumMs: fc.constantFrom(60_000, 600_000),
      stayIntervalMs: fc.constantFrom(0, 600_000),
    })
    fc.assert(
      fc.property(tracks, rules, (track, rule) => {
        const { gone, keptMs } = thinTrack(track, rule)
        const lost = new Set(gone)
        const kept = track.filter((each) => !lost.has(each))
        expect(kept[0]).toBe(track[0])
        expect(keptMs).toBe(kept.at(-1)?.timeMs ?? Number.NEGATIVE_INFINITY)
        for (const [at, each] of kept.entries()) {
          const before = kept[at - 1]
          if (before !== undefined)
            expect(each.timeMs - before.timeMs).toBeGreaterThanOrEqual(rule.intervalMs)
        }
        // Whatever goes is told by a fix that stays: near it in time, or in the same place.
        for (const each of gone) {
          const near = kept.some(
            (other) =>
              Math.abs(other.timeMs - each.timeMs) < Math.max(rule.intervalMs, 1) ||
              distanceM(other, each) <= 2 * rule.stayRadiusM,
          )
          expect(near).toBe(true)
        }
        if (rule.stayRadiusM === 0) expect(thinTrack(kept, rule).gone).toEqual([])
      }),
    )
  })
})
