import type { Job, JobCharge } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Anchor, Text } from '@mantine/core'
import { Link } from 'react-router'
import { chargeText } from './charge-words'
import { lastSegment } from './job-name'

interface JobChargeTextProps {
  readonly job: Job
  readonly charge: JobCharge
  /** Of the organisation's pages; undefined for whom its statement is not for. */
  readonly path: string | undefined
}

/** What a job costs, with the way to the lines of the statement that say so, and why one that did not complete costs it. */
export function JobChargeText({ job, charge, path }: JobChargeTextProps) {
  const text = chargeText(charge, job.phase)
  const isBooked = charge.held > 0n || charge.captured > 0n
  const amount =
    path === undefined || !isBooked ? (
      text
    ) : (
      <Anchor component={Link} to={`${path}/credits/statement?about=jobs/${lastSegment(job.name)}`} inherit>
        {text}
      </Anchor>
    )
  if (charge.note === '') return amount
  return (
    <>
      {amount}
      <Text span display="block" size="xs" c="dimmed" mt={2}>
        {charge.note}
      </Text>
    </>
  )
}
