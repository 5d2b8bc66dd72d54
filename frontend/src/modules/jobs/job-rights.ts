import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { CurrentOrganization } from '../../app/organization'
import { useCaller } from '../identity/caller'

/** What the caller may do with a job; the server decides again. */
export interface JobRights {
  /** Else the job was shared with the caller, who sees nothing else of its organisation. */
  readonly isMember: boolean
  readonly isOwner: boolean
  /** Make a job like it. */
  readonly maySubmit: boolean
  /** Run and change it. */
  readonly mayRun: boolean
  /** Cancel, delete and share it. */
  readonly mayManage: boolean
  /** Share it with users who are not members of its organisation. */
  readonly mayShareWithAnyone: boolean
  readonly mayReadLog: boolean
}

export function useJobRights(job: Pick<Job, 'owner'>, organization: CurrentOrganization): JobRights {
  const { data: caller } = useCaller()
  const isMember = organization.membership !== undefined
  const isOwner = caller !== undefined && caller.name === job.owner
  const maySubmit = organization.may('jobs.submit')
  const manages = organization.may('jobs.manage')
  return {
    isMember,
    isOwner,
    maySubmit,
    mayRun: isOwner && maySubmit,
    mayManage: maySubmit && (isOwner || manages),
    mayShareWithAnyone: manages,
    mayReadLog: isMember && (isOwner || manages),
  }
}
