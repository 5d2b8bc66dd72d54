import { describe, expect, test } from 'vitest'
import { type LogOf, linesOf, logFileName, logText, wholeLog, writerOf } from './log-lines'

const time = new Date('2026-11-21T09:00:00.123Z')
const live = [3, 4, 5].map((sequence) => ({ sequence, time, task: sequence % 2, text: `line ${sequence}` }))
const logged = (...sequences: bigint[]) => ({
  lines: sequences.map((sequence) => ({ sequence, time, task: 0, text: `line ${sequence}` })),
})
const of = (task: number, container?: number): LogOf => ({ task, container })
const sequencesOf = (...of: Parameters<typeof linesOf>) => linesOf(...of).map(({ sequence }) => sequence)

describe('the lines of a log', () => {
  test('are the live ones as long as nothing else was asked for', () => {
    expect(sequencesOf(undefined, true, live, wholeLog)).toEqual([3, 4, 5])
    expect(sequencesOf(undefined, true, live, of(1))).toEqual([3, 5])
  })

  test('are those of one container of a step, when it is chosen', () => {
    const lines = live.map((line, container) => ({ ...line, task: 0, container }))
    expect(sequencesOf(undefined, true, lines, of(0, 1))).toEqual([4])
    expect(sequencesOf(undefined, true, lines, of(0))).toEqual([3, 4, 5])
  })

  test('end with the last page that was asked for while there are more', () => {
    expect(sequencesOf([logged(1n), logged(2n)], false, live, wholeLog)).toEqual([1, 2])
  })

  test('go on live after the last page, each line once', () => {
    expect(sequencesOf([logged(1n, 2n), logged(3n, 4n)], true, live, wholeLog)).toEqual([1, 2, 3, 4, 5])
    expect(sequencesOf([logged()], true, live, of(0))).toEqual([4])
  })
})

test('a log is taken away as text', () => {
  expect(
    logText([
      { time, task: 3, text: 'read the image' },
      { time, task: -1, text: 'done' },
    ]),
  ).toBe('2026-11-21T09:00:00.123Z\t#3\tread the image\n2026-11-21T09:00:00.123Z\tjob\tdone\n')
  expect(logFileName('organizations/o/jobs/abc', wholeLog)).toBe('abc.log.txt')
  expect(logFileName('organizations/o/jobs/abc', of(3))).toBe('abc-task-3.log.txt')
  expect(logFileName('organizations/o/jobs/abc', of(-1))).toBe('abc-job.log.txt')
})

test('a line of a workflow names its step, and the container that wrote it', () => {
  const names = ['cut', 'measure']
  expect(writerOf({ task: 1, container: 12 }, names)).toBe('measure/12')
  expect(writerOf({ task: 0 }, names)).toBe('cut')
  expect(writerOf({ task: -1 }, names)).toBe('job')
  expect(logFileName('organizations/o/jobs/abc', of(1, 12))).toBe('abc-task-1-container-12.log.txt')
})
