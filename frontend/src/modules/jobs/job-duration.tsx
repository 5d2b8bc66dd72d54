import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { useEffect, useState } from 'react'
import { formatDuration } from '../../ui/format-duration'
import { hasEnded } from '../../ui/phase'

type Times = Pick<Job, 'phase' | 'startTime' | 'endTime'>

/** How long the job has been, or was, executing; counts while it runs. */
export function JobDuration({ job }: { job: Times }) {
  const running = job.startTime !== undefined && job.endTime === undefined && !hasEnded(job.phase)
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [running])
  if (job.startTime === undefined) return <span>–</span>
  const end = job.endTime?.getTime() ?? now
  return (
    <span className="numeric" style={{ whiteSpace: 'nowrap' }}>
      {formatDuration(end - job.startTime.getTime())}
    </span>
  )
}
