import { expect, test } from 'vitest'
import { durationChoices, toChoice, toDuration } from './execution-duration'

const seconds = (count: bigint) => ({ seconds: count, nanos: 0 })
const service = {
  defaultExecutionDuration: seconds(600n),
  maxExecutionDuration: seconds(3_600n),
}

test('a duration is chosen up to the service’s maximum', () => {
  expect(durationChoices(service)).toEqual([
    { value: '', label: 'Usual (10 min)' },
    { value: '60', label: '1 min' },
    { value: '300', label: '5 min' },
    { value: '600', label: '10 min' },
    { value: '1800', label: '30 min' },
    { value: '0', label: 'Longest (1 h)' },
  ])
})

test('what a job has already is among the choices, once', () => {
  const values = (current: string) => durationChoices(service, current).map(({ value }) => value)
  expect(values('90')).toEqual(['', '60', '90', '300', '600', '1800', '0'])
  expect(values('600')).toEqual(['', '60', '300', '600', '1800', '0'])
  expect(values('0')).toEqual(values(''))
})

test('no choice leaves the duration to the service, and 0 asks for its longest', () => {
  expect(toDuration('')).toBeUndefined()
  expect(toDuration('0')).toEqual(seconds(0n))
  expect(toDuration('600')).toEqual(seconds(600n))
  expect(toChoice(seconds(600n))).toBe('600')
  expect(toChoice(undefined)).toBe('')
})
