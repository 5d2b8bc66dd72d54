import { describe, expect, test } from 'vitest'
import { durationText, parseDuration } from './duration-text'
import { cpuText, loadText, priceLines } from './environment-words'
import { parseSize, sizeText } from './size-text'

describe('sizes', () => {
  test.each([
    [512n << 20n, '512 MiB'],
    [1536n << 20n, '1.5 GiB'],
    [2n << 30n, '2 GiB'],
    [10_000_000_000n, '10 GB'],
    [1_000_000_001n, '1000000001 B'],
  ])('%d bytes are written as %s, and read again', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text)
    expect(parseSize(text)).toBe(bytes)
  })

  test.each(['', '5', 'GiB', '-1 GB', '1 potato', '1.2345 GB'])('“%s” is no size', (text) =>
    expect(parseSize(text)).toBeUndefined(),
  )

  test('a unit may be written in any case and without a space', () => {
    expect(parseSize('4gib')).toBe(4n << 30n)
  })
})

describe('durations', () => {
  test.each([
    [1n, '1 s'],
    [5400n, '1 h 30 min'],
    [604_800n, '7 d'],
  ])('%d seconds are written as %s, and read again', (seconds, text) => {
    expect(durationText(seconds)).toBe(text)
    expect(parseDuration(text)).toBe(seconds)
  })

  test('minutes may be more than an hour', () => expect(parseDuration('90min')).toBe(5400n))

  test.each(['', '5', 'an hour', '1 h and more', '1.5 h'])('“%s” is no duration', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  )
})

describe('words on an environment', () => {
  test.each([
    [500, '0.5 CPU'],
    [1000, '1 CPU'],
    [8000, '8 CPUs'],
  ])('%d thousandths are %s', (millis, text) => expect(cpuText(millis)).toBe(text))

  test.each([
    [0, 0, 'Idle'],
    [1, 0, '1 step running'],
    [2, 3, '2 steps running, 3 waiting'],
    [0, 1, '1 step waiting'],
  ])('%d running and %d waiting', (runningSteps, waitingSteps, text) =>
    expect(loadText({ runningSteps, waitingSteps, runningContainers: 0, lastSeenTime: undefined })).toBe(
      text,
    ),
  )

  test('no price is free', () => expect(priceLines(undefined)).toEqual({ perHour: 'Free', perRun: '' }))

  test('a price is told by the hour, and by the run where there is one', () => {
    const price = { creditClass: 'creditClasses/c', unit: 'credit', decimals: 2, perHour: 36000n, perRun: 0n }
    expect(priceLines(price)).toEqual({ perHour: '360.00 credits an hour', perRun: '' })
    expect(priceLines({ ...price, perRun: 100n }).perRun).toBe('and 1.00 credits a run')
  })
})
