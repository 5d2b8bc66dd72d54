import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Anchor, Text } from '@mantine/core'
import { useState } from 'react'
import { formatBytes } from '../../../ui/format-bytes'
import { isAvailable } from '../../jobs/result-state'
import { useFetchResult } from '../../jobs/use-fetch-result'
import classes from './step-results.module.css'

/** More than this are shown when they are asked for. */
const few = 8

/** What a step made that is a result of the run. */
export function StepResults({ job, task }: { job: Job; task: number }) {
  const [all, setAll] = useState(false)
  const fetch = useFetchResult()
  const results = job.results.filter((result) => result.task === task)
  if (results.length === 0) return null
  const total = results.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n)
  const shown = all ? results : results.slice(0, few)
  return (
    <section className={classes.results} aria-label="Results of the step">
      <h3>
        {results.length === 1 ? '1 result' : `${results.length.toLocaleString('en')} results`}
        <span className="numeric">{formatBytes(total)}</span>
      </h3>
      <ul>
        {shown.map((result) => (
          <li key={result.name}>
            {isAvailable(result) ? (
              <Anchor
                component="button"
                type="button"
                size="sm"
                ta="left"
                aria-label={`Download ${result.fileName}`}
                onClick={() => fetch.mutate(result)}
              >
                {result.fileName}
              </Anchor>
            ) : (
              <Text span size="sm" c="dimmed">
                {result.fileName}
              </Text>
            )}
            <span className="numeric">{formatBytes(result.sizeBytes)}</span>
          </li>
        ))}
      </ul>
      {shown.length < results.length && (
        <Anchor component="button" type="button" size="xs" onClick={() => setAll(true)}>
          Show all of them
        </Anchor>
      )}
    </section>
  )
}
