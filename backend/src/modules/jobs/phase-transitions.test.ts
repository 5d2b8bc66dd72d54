import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasEnded, isTerminal, mayMove, type Phase, phases, phaseTransitions } from './phase-transitions.ts'

const phase = fc.constantFrom(...phases)

/** Follows the wishes that the table allows, from PENDING. */
function walk(wishes: readonly Phase[]): Phase[] {
  const path: Phase[] = ['PENDING']
  for (const wish of wishes) {
    const here = path.at(-1) as Phase
    if (mayMove(here, wish)) path.push(wish)
  }
  return path
}

describe('the transition table', () => {
  it('lets no walk through it reach a terminal phase twice', () => {
    fc.assert(
      fc.property(fc.array(phase, { maxLength: 60 }), (wishes) => {
        expect(walk(wishes).filter(isTerminal).length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('lets nothing run again after the end', () => {
    fc.assert(
      fc.property(fc.array(phase, { maxLength: 60 }), (wishes) => {
        const path = walk(wishes)
        const end = path.findIndex(hasEnded)
        if (end >= 0) expect(path.slice(end).every(hasEnded)).toBe(true)
      }),
    )
  })

  it('offers every job that has not ended a way to end', () => {
    for (const from of phases.filter((each) => !hasEnded(each) && each !== 'UNKNOWN')) {
      expect(phaseTransitions[from]).toContain('ABORTED')
      expect(phaseTransitions[from]).toContain('ERROR')
    }
  })

  it('reaches COMPLETED from EXECUTING alone and ARCHIVED from terminal phases alone', () => {
    expect(phases.filter((from) => mayMove(from, 'COMPLETED'))).toEqual(['EXECUTING'])
    expect(phases.filter((from) => mayMove(from, 'ARCHIVED'))).toEqual(['COMPLETED', 'ERROR', 'ABORTED'])
  })

  it('never moves a phase to itself, nor to or from UNKNOWN', () => {
    for (const from of phases) {
      expect(mayMove(from, from)).toBe(false)
      expect(mayMove(from, 'UNKNOWN')).toBe(false)
    }
    expect(phaseTransitions.UNKNOWN).toEqual([])
  })
})
