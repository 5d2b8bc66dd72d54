import { describe, expect, it } from 'vitest'
import { LINE_COST, LogBudget, type LogLimits, type LogVerdict } from './log-budget.ts'

const none = Number.POSITIVE_INFINITY
const limits = (more: Partial<LogLimits>): LogLimits => ({
  lines: none,
  characters: none,
  containerCharacters: none,
  waitingCharacters: none,
  ...more,
})
const judge = (budget: LogBudget, lines: readonly (readonly [characters: number, container?: number])[]) =>
  lines.map(([characters, container]): LogVerdict => budget.judge(characters, container, 0))

describe('what of a log is kept', () => {
  it('is so many lines, the last of which says that it ends', () => {
    const budget = new LogBudget(limits({ lines: 3 }))
    expect(judge(budget, [[1], [1], [1], [1]])).toEqual(['keep', 'keep', 'end', 'drop'])
  })

  it('is so much text, in which each line counts for more than it says', () => {
    const budget = new LogBudget(limits({ characters: 2 * (LINE_COST + 10) }))
    expect(judge(budget, [[10], [10], [0], [10]])).toEqual(['keep', 'keep', 'end', 'drop'])
  })

  it('is so much of each container, while others go on', () => {
    const budget = new LogBudget(limits({ containerCharacters: LINE_COST + 10 }))
    expect(judge(budget, [[10, 0], [10, 0], [10, 0], [10, 1], [10], [10]])).toEqual([
      'keep',
      'container-end',
      'drop',
      'keep',
      'keep',
      'keep',
    ])
  })

  it('is nothing that comes faster than it is written, and that costs no room later', () => {
    const budget = new LogBudget(limits({ waitingCharacters: 100, characters: LINE_COST + 1 }))
    expect(budget.judge(1, 0, 99)).toBe('skip')
    expect(budget.judge(1, 0, 0)).toBe('keep')
    expect(budget.judge(1, 0, 0)).toBe('end')
  })
})
