import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import { JobLink } from '../../operations/job-link'
import { referenceOf } from './desk-links'

/** Leads to the job, transfer or booking that a transaction was for; to a job where the caller may read it. */
export function ReferenceLink({ reference }: { reference: string }) {
  const known = referenceOf(reference)
  if (known === undefined) return reference === '' ? '–' : reference
  if (known.kind === 'job') return <JobLink job={known.name} label={known.label} />
  return (
    <Anchor component={Link} to={known.path} inherit>
      {known.label}
    </Anchor>
  )
}
