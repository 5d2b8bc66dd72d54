import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import { useCaller } from '../identity/caller'
import { jobAddress } from '../jobs/job-address'
import { lastSegment } from '../jobs/job-name'

interface JobLinkProps {
  /** "organizations/{organization}/jobs/{uuid}" */
  readonly job: string
  readonly label: string
}

/** Leads to the job's page where the caller, as a member, may read it. */
export function JobLink({ job, label }: JobLinkProps) {
  const { data: caller } = useCaller()
  const organization = job.split('/jobs/')[0]
  if (caller?.memberships.every(({ name }) => name !== organization) ?? true) return label
  return (
    <Anchor component={Link} to={jobAddress(job)} inherit title={lastSegment(job)}>
      {label}
    </Anchor>
  )
}
