import { describe, expect, test } from 'vitest'
import { changedPaths, consequences, deletesMore, fieldAt, type PolicyFields } from './policy-fields'

const policy: PolicyFields = {
  retentionDays: 90,
  minimumGroupSize: 5,
  thinAfterDays: 30,
  thinIntervalS: 300,
  stayRadiusM: 50,
  stayMinimumS: 600,
  stayIntervalS: 1800,
}
const nothing: PolicyFields = {
  retentionDays: 0,
  minimumGroupSize: 3,
  thinAfterDays: 0,
  thinIntervalS: 0,
  stayRadiusM: 0,
  stayMinimumS: 0,
  stayIntervalS: 0,
}

test('an update names the changed fields alone, as the contract does', () => {
  expect(changedPaths(policy, { ...policy, retentionDays: 30, stayRadiusM: 60 })).toEqual([
    'retention_days',
    'stay_radius_m',
  ])
  expect(changedPaths(policy, policy)).toEqual([])
  expect(fieldAt('stay_radius_m')).toBe('stayRadiusM')
  expect(fieldAt('name')).toBeUndefined()
})

describe('deletesMore', () => {
  test.each<[string, Partial<PolicyFields>, boolean]>([
    ['a shorter retention', { retentionDays: 30 }, true],
    ['a longer retention', { retentionDays: 365 }, false],
    ['no retention', { retentionDays: 0 }, false],
    ['a larger group', { minimumGroupSize: 10 }, false],
    ['thinning earlier', { thinAfterDays: 7 }, true],
    ['thinning later', { thinAfterDays: 60 }, false],
    ['no thinning', { thinAfterDays: 0 }, false],
    ['fewer fixes kept', { thinIntervalS: 600 }, true],
    ['more fixes kept', { thinIntervalS: 60 }, false],
    ['larger stays', { stayRadiusM: 100 }, true],
    ['shorter stays', { stayMinimumS: 300 }, true],
    ['stays kept in full', { stayIntervalS: 0 }, false],
  ])('%s', (_, change, deletes) => expect(deletesMore(policy, { ...policy, ...change })).toBe(deletes))

  test('a retention where there was none deletes, and so does thinning', () => {
    expect(deletesMore(nothing, { ...nothing, retentionDays: 10_000 })).toBe(true)
    expect(deletesMore(nothing, { ...nothing, thinAfterDays: 10, thinIntervalS: 60 })).toBe(true)
    expect(deletesMore(nothing, { ...nothing, thinAfterDays: 10 })).toBe(false)
  })
})

describe('consequences', () => {
  test('say what a policy does', () => {
    const { retention, thinning, stays, group } = consequences(policy)
    expect(retention).toContain('older than 90 days are deleted')
    expect(group).toContain('fewer than 5 persons')
    expect(thinning).toContain('one in 5 min stays')
    expect(stays).toContain('within 50 m for 10 min or longer, one fix in 30 min')
  })

  test('say that nothing is done', () => {
    const { retention, thinning, stays } = consequences(nothing)
    expect(retention).toContain('Nothing is deleted by age')
    expect(thinning).toContain('not thinned')
    expect(stays).toContain('in full')
  })
})
