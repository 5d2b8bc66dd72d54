import type { Job } from './kubernetes-objects.ts'
import { containerFailed, type PodFailure, stepDeadlineExceeded } from './pod-failure.ts'

/** That the Job has failed, or is about to; what with, where the Job knows. */
export function jobFailure(
  job: Job,
): { readonly failure: PodFailure | undefined; readonly atOnce: boolean } | undefined {
  const failed = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Failed' || type === 'FailureTarget') && status === 'True',
  )
  if (failed === undefined) return undefined
  if (failed.reason === 'DeadlineExceeded') return { failure: stepDeadlineExceeded(), atOnce: true }
  const exitCode = /failed with exit code (\d+)/u.exec(failed.message ?? '')?.[1]
  return {
    failure: exitCode === undefined ? undefined : containerFailed(Number(exitCode), ''),
    atOnce: false,
  }
}

/** Numbers of containers that have completed, also of those whose pods are gone: "0,3-5". */
export function completedIndexes(job: Job): Set<number> {
  const numbers = new Set<number>()
  for (const part of (job.status?.completedIndexes ?? '').split(',')) {
    const [first = '', last = first] = part.split('-')
    if (first === '') continue
    for (let number = Number(first); number <= Number(last); number += 1) numbers.add(number)
  }
  return numbers
}
