import type { Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { JobFilter } from './job-queries'

/** The phases that can be filtered by, in the order of a job's life. */
export const filterPhases = [
  'PENDING',
  'QUEUED',
  'EXECUTING',
  'COMPLETED',
  'ERROR',
  'ABORTED',
  'HELD',
  'SUSPENDED',
  'ARCHIVED',
] as const

const days = /^\d{4}-\d{2}-\d{2}$/

/** Reads what an address says, and leaves out what it says wrongly. */
export function filterFromAddress(parameters: URLSearchParams): JobFilter {
  const day = (name: string) => {
    const value = parameters.get(name) ?? ''
    return days.test(value) && !Number.isNaN(Date.parse(value)) ? value : ''
  }
  const asked = new Set((parameters.get('phase') ?? '').split(','))
  const owner = parameters.get('owner') ?? ''
  return {
    phases: filterPhases.filter((phase) => asked.has(phase)).map((phase): Phase => `PHASE_${phase}`),
    service: parameters.get('service') ?? '',
    owner: /^(me|[0-9a-f-]{36})$/.test(owner) ? `users/${owner}` : '',
    from: day('from'),
    to: day('to'),
  }
}

export function filterToAddress(filter: JobFilter): URLSearchParams {
  const parameters = new URLSearchParams()
  if (filter.phases.length > 0) {
    parameters.set('phase', filter.phases.map((phase) => phase.replace('PHASE_', '')).join(','))
  }
  if (filter.service !== '') parameters.set('service', filter.service)
  if (filter.owner !== '') parameters.set('owner', filter.owner.replace('users/', ''))
  if (filter.from !== '') parameters.set('from', filter.from)
  if (filter.to !== '') parameters.set('to', filter.to)
  return parameters
}

export function isFiltered(filter: JobFilter): boolean {
  return filterToAddress(filter).size > 0
}
