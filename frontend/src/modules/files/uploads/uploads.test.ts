import { describe, expect, test } from 'vitest'
import { missingParts, partRange } from './part-plan'
import { retryDelayMs } from './retry-delay'
import { createSlots } from './slots'
import { createSpeed } from './speed'
import { isActive, type UploadSnapshot } from './upload-snapshot'
import { uploadStatus, uploadsProgress, uploadsTitle } from './upload-words'

describe('the parts of a file', () => {
  const plan = { sizeBytes: 10, partSizeBytes: 4, partCount: 3 }
  test('are of one size but for the last', () => {
    expect([1, 2, 3].map((number) => partRange(plan, number))).toEqual([
      { start: 0, end: 4 },
      { start: 4, end: 8 },
      { start: 8, end: 10 },
    ])
  })
  test('are missing when they have not arrived, or not in full', () => {
    expect(missingParts(plan, new Map())).toEqual([1, 2, 3])
    expect(
      missingParts(
        plan,
        new Map([
          [1, 4],
          [2, 3],
          [3, 2],
        ]),
      ),
    ).toEqual([2])
  })
})

test('waits twice as long after each failure, up to half a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 20].map((failures) => retryDelayMs(failures, () => 1))).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
  ])
  expect(retryDelayMs(1, () => 0)).toBe(500)
})

test('slots are given in the order they were asked for, and not to who has gone', async () => {
  const slots = createSlots(1)
  const never = new AbortController().signal
  const gone = new AbortController()
  const release = await slots.take(never)
  const order: string[] = []
  const second = slots.take(gone.signal).catch(() => order.push('gone'))
  const third = slots.take(never).then((free) => {
    order.push('third')
    free()
  })
  gone.abort()
  release()
  release()
  await Promise.all([second, third])
  expect(order).toEqual(['gone', 'third'])
})

test('speed is of the last seconds, and nothing says nothing', () => {
  const speed = createSpeed()
  expect(speed.bytesPerSecond(0)).toBe(0)
  speed.note(0, 0)
  expect(speed.bytesPerSecond(100)).toBe(0)
  speed.note(1_000, 5_000)
  speed.note(2_000, 10_000)
  expect(speed.bytesPerSecond(2_000)).toBe(5_000)
  expect(speed.bytesPerSecond(9_000)).toBe(0)
})

const upload: UploadSnapshot = {
  id: '1',
  organization: 'survey',
  folder: '',
  purpose: 'FILE_PURPOSE_GENERAL',
  name: '',
  versionOf: '',
  displayName: 'sky.fits',
  sizeBytes: 200_000_000,
  phase: 'sending',
  sentBytes: 50_000_000,
  bytesPerSecond: 10_000_000,
  problem: '',
  remedy: 'again',
  retryTime: undefined,
  file: undefined,
}

describe('in words', () => {
  test.each<[Partial<UploadSnapshot>, string]>([
    [{}, '50.0 MB of 200 MB · 10.0 MB/s · 15 s left'],
    [{ bytesPerSecond: 0 }, '50.0 MB of 200 MB'],
    [{ phase: 'paused' }, 'Paused at 50.0 MB of 200 MB'],
    [
      { phase: 'retrying', problem: 'The connection was lost.', retryTime: 5_000 },
      'The connection was lost. Trying again in 4 s.',
    ],
    [{ phase: 'needs-file' }, 'Stopped at 50.0 MB of 200 MB'],
    [{ phase: 'completed' }, '200 MB'],
  ])('an upload says how far it is', (changed, text) => {
    expect(uploadStatus({ ...upload, ...changed }, 1_000)).toBe(text)
  })

  test('several say so together', () => {
    const done: UploadSnapshot = { ...upload, phase: 'completed' }
    const paused: UploadSnapshot = { ...upload, phase: 'paused' }
    expect(uploadsTitle([upload, upload, done])).toBe('Uploading 2 files')
    expect(uploadsTitle([paused, done])).toBe('1 upload has stopped')
    expect(uploadsTitle([done, { ...upload, phase: 'failed' }])).toBe('1 upload failed')
    expect(uploadsTitle([done])).toBe('1 file uploaded')
    expect(uploadsProgress([upload, upload, done])).toEqual({
      share: 0.25,
      bytesPerSecond: 20_000_000,
      leftMs: 15_000,
    })
    expect(isActive(paused)).toBe(false)
  })
})
