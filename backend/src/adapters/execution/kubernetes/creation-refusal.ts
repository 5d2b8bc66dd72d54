import { notAdmitted, type PodFailure, quotaExceeded } from './pod-failure.ts'

export interface CreationRefusal {
  readonly failure: PodFailure
  /** Whether it may be taken later as it is; it fails after a patience. */
  readonly passes: boolean
  /** For people, while it waits. */
  readonly message: string
}

/** What the server, or the Job controller in an event, says of an object that was not created. */
export function creationRefusal(why: string): CreationRefusal {
  const said = why.replace(/^Error creating: /u, '').replace(/^\S+ "[^"]*" is forbidden: /u, '')
  const passes = said.includes('exceeded quota')
  return {
    failure: passes ? quotaExceeded(said) : notAdmitted(said),
    passes,
    message: passes ? `Waits for room within the cluster's quota: ${said}` : said,
  }
}
