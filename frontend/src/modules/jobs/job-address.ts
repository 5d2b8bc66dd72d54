import { lastSegment } from './job-name'

/** Slug of the organisation that a resource name begins with. */
export function organizationOf(name: string): string {
  return name.split('/')[1] ?? ''
}

/** Address of a job's page. */
export function jobAddress(name: string): string {
  return `/o/${organizationOf(name)}/jobs/${lastSegment(name)}`
}

/** A job's name from what people have at hand: the name itself, or the address of the job's page. */
export function jobNameFrom(text: string): string | undefined {
  const found = /(?:organizations|\/o)\/([a-z][a-z0-9-]{1,62})\/jobs\/([0-9a-f-]{36})(?:$|[/?#\s])/.exec(
    text.trim(),
  )
  return found === null ? undefined : `organizations/${found[1]}/jobs/${found[2]}`
}
