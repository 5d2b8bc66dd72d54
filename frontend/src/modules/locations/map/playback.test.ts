import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Playback } from './playback'

let frames: FrameRequestCallback[] = []

beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback))
  vi.stubGlobal('cancelAnimationFrame', () => {
    frames = []
  })
})
afterEach(() => vi.unstubAllGlobals())

function draw(now: number): void {
  for (const frame of frames.splice(0)) frame(now)
}

test('time passes at the chosen speed, and not while no frame is drawn', () => {
  const playback = new Playback(0, 1_000_000)
  playback.setSpeed(60)
  playback.play()
  draw(1000)
  draw(1100)
  expect(playback.time()).toBe(6_000)
  draw(90_000)
  expect(playback.time()).toBe(6_000 + 250 * 60)
})

test('it ends at the end, and plays from the beginning then', () => {
  const playback = new Playback(500, 1_000)
  playback.play()
  draw(0)
  draw(200)
  expect(playback.time()).toBe(1_000)
  expect(playback.isPlaying()).toBe(false)
  playback.play()
  expect(playback.time()).toBe(500)
  playback.pause()
  draw(400)
  expect(playback.time()).toBe(500)
})

test('no moment is outside the window, and each move is told', () => {
  const playback = new Playback(500, 1_000)
  const told: number[] = []
  const stop = playback.subscribe(() => told.push(playback.time()))
  playback.moveTo(0)
  playback.moveTo(2_000)
  stop()
  playback.moveTo(700)
  expect(told).toEqual([500, 1_000])
})
