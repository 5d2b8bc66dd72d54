import type { LocationPolicy } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { formatDuration } from '../../ui/format-duration'

/** What the form changes. */
export type PolicyFields = Pick<
  LocationPolicy,
  | 'retentionDays'
  | 'minimumGroupSize'
  | 'thinAfterDays'
  | 'thinIntervalS'
  | 'stayRadiusM'
  | 'stayMinimumS'
  | 'stayIntervalS'
>

/** Names in the contract, for the update mask. */
const paths: Readonly<Record<keyof PolicyFields, string>> = {
  retentionDays: 'retention_days',
  minimumGroupSize: 'minimum_group_size',
  thinAfterDays: 'thin_after_days',
  thinIntervalS: 'thin_interval_s',
  stayRadiusM: 'stay_radius_m',
  stayMinimumS: 'stay_minimum_s',
  stayIntervalS: 'stay_interval_s',
}

const fields = Object.keys(paths) as (keyof PolicyFields)[]

export function fieldsOf(policy: LocationPolicy): PolicyFields {
  const { retentionDays, minimumGroupSize, thinAfterDays, thinIntervalS } = policy
  const { stayRadiusM, stayMinimumS, stayIntervalS } = policy
  return {
    retentionDays,
    minimumGroupSize,
    thinAfterDays,
    thinIntervalS,
    stayRadiusM,
    stayMinimumS,
    stayIntervalS,
  }
}

/** Paths of the fields that differ. */
export function changedPaths(before: PolicyFields, after: PolicyFields): string[] {
  return fields.filter((field) => before[field] !== after[field]).map((field) => paths[field])
}

/** The name in the form of a field of the contract. */
export function fieldAt(path: string): keyof PolicyFields | undefined {
  return fields.find((field) => paths[field] === path)
}

const span = (seconds: number) => formatDuration(seconds * 1000)
const days = (count: number) => (count === 1 ? 'a day' : `${count.toLocaleString('en')} days`)

/** Whether fixes are thinned at all, and whether where a device stayed. */
function thins({ thinAfterDays, thinIntervalS }: PolicyFields): boolean {
  return thinAfterDays > 0 && thinIntervalS > 0
}
function thinsStays({ thinAfterDays, stayRadiusM, stayMinimumS, stayIntervalS }: PolicyFields): boolean {
  return thinAfterDays > 0 && stayRadiusM > 0 && stayMinimumS > 0 && stayIntervalS > 0
}

/** What the policy does to answers, a sentence each. */
export function consequences(policy: PolicyFields): {
  readonly retention: string
  readonly group: string
  readonly thinning: string
  readonly stays: string
} {
  const { retentionDays, minimumGroupSize, thinAfterDays, thinIntervalS } = policy
  const { stayRadiusM, stayMinimumS, stayIntervalS } = policy
  return {
    retention:
      retentionDays === 0
        ? 'Nothing is deleted by age: questions reach back as far as fixes do.'
        : `Fixes older than ${days(retentionDays)} are deleted, and no longer taken. Questions about earlier times find nothing.`,
    group: `The density map leaves out cells with fewer than ${minimumGroupSize} persons, so that nobody can be told from a group.`,
    thinning: thins(policy)
      ? `From fixes older than ${days(thinAfterDays)}, one in ${span(thinIntervalS)} stays per device. Meetings shorter than that may be missed then, and paths are coarser.`
      : 'Fixes are not thinned: old paths are as fine as new ones.',
    stays: thinsStays(policy)
      ? `Where a device stayed within ${stayRadiusM.toLocaleString('en')} m for ${span(stayMinimumS)} or longer, one fix in ${span(stayIntervalS)} stays of what is older than ${days(thinAfterDays)}. That it was there still shows; steps within that circle do not.`
      : 'Stays are kept in full.',
  }
}

/** Whether saving deletes fixes that the policy before would have kept. */
export function deletesMore(before: PolicyFields, after: PolicyFields): boolean {
  const age = (value: number) => (value === 0 ? Number.POSITIVE_INFINITY : value)
  if (age(after.retentionDays) < age(before.retentionDays)) return true
  if (!thins(after) && !thinsStays(after)) return false
  if (age(after.thinAfterDays) < age(before.thinAfterDays)) return true
  if (thins(after) && (!thins(before) || after.thinIntervalS > before.thinIntervalS)) return true
  return (
    thinsStays(after) &&
    (!thinsStays(before) ||
      after.stayRadiusM > before.stayRadiusM ||
      after.stayMinimumS < before.stayMinimumS ||
      after.stayIntervalS > before.stayIntervalS)
  )
}
