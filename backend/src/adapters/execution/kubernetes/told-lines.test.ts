import { describe, expect, test } from 'vitest'
import { ToldLines } from './told-lines.ts'

const at = (second: number, nanos = 0) =>
  `2026-11-22T10:00:${String(second).padStart(2, '0')}.${String(nanos).padStart(9, '0')}Z`
const texts = (told: ToldLines, lines: readonly string[]) =>
  lines.map((line) => told.tell(line)?.text).filter((text) => text !== undefined)

describe('lines of a log that is read again', () => {
  test('are told with their times, and without the end of Windows', () => {
    const told = new ToldLines(undefined)
    expect(told.resume()).toBeUndefined()
    expect(told.tell(`${at(1, 5_000_000)} two words\r`)).toEqual({
      time: new Date('2026-11-22T10:00:01.005Z'),
      text: 'two words',
    })
    expect(told.tell(`${at(1, 6_000_000)} `)?.text).toBe('')
    expect(told.tell('unable to retrieve container logs')?.text).toBe('unable to retrieve container logs')
  })

  test('are told once, also those of the same nanosecond', () => {
    const told = new ToldLines(undefined)
    const first = [`${at(1)} a`, `${at(3, 1)} b`, `${at(3, 2)} c`, `${at(3, 2)} d`]
    expect(texts(told, first)).toEqual(['a', 'b', 'c', 'd'])
    expect(told.resume()).toEqual(new Date('2026-11-22T10:00:02Z'))
    expect(texts(told, [...first.slice(1), `${at(3, 2)} e`, `${at(4)} f`])).toEqual(['e', 'f'])
    expect(told.resume()).toEqual(new Date('2026-11-22T10:00:03Z'))
    expect(texts(told, [...first.slice(1), `${at(3, 2)} e`, `${at(4)} f`, `${at(5)} g`])).toEqual(['g'])
  })

  test('are told where those of stdout and stderr are out of order', () => {
    const told = new ToldLines(undefined)
    expect(texts(told, [`${at(2, 500)} out`, `${at(2, 400)} err`])).toEqual(['out', 'err'])
    told.resume()
    expect(texts(told, [`${at(2, 500)} out`, `${at(2, 400)} err`, `${at(2, 450)} late`])).toEqual(['late'])
  })

  test('are not told up to a time that was told before', () => {
    const told = new ToldLines(new Date('2026-11-22T10:00:02.500Z'))
    expect(told.resume()).toEqual(new Date('2026-11-22T10:00:02Z'))
    expect(
      texts(told, [`${at(2, 100_000_000)} a`, `${at(2, 500_000_000)} b`, `${at(2, 501_000_000)} c`]),
    ).toEqual(['c'])
  })
})
