import { lastSegment } from './job-name'

/** Slug of the organisation that a resource name begins with. */
export function organizationOf(name: string): string {
  return name.split('/')[1] ?? ''
}

/** Address of a job's page. */
export function jobAddress(name: string): string {
  return `/o/${organizationOf(name)}/jobs/${lastSegment(name)}`
}
