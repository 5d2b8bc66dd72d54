import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Anchor, Text } from '@mantine/core'
import { Link } from 'react-router'
import { Panel } from '../../ui/panel'
import classes from './job-parameters.module.css'

/** @param path of the organisation's pages, when the caller may open the datasets */
export function JobParameters({ job, path }: { job: Job; path: string | undefined }) {
  return (
    <Panel title="Parameters">
      {job.parameters.length === 0 && (
        <Text size="sm" c="dimmed">
          None
        </Text>
      )}
      <dl className={classes.parameters}>
        {job.parameters.map(({ name, value }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same parameter may be given twice with the same value.
          <div key={index}>
            <dt>{name}</dt>
            <dd className="mono">
              {name === 'ID' && path !== undefined ? (
                <Anchor component={Link} to={`${path}/datasets/${encodeURIComponent(value)}`} inherit>
                  {value}
                </Anchor>
              ) : (
                value
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
