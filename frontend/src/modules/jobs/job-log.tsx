import { Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { formatClock } from '../../ui/format-time'
import { Panel } from '../../ui/panel'
import type { LogEntry } from './job-events'
import classes from './job-log.module.css'

interface JobLogProps {
  readonly log: readonly LogEntry[]
  readonly ended: boolean
  readonly taskCount: number
}

/** Follows its end, as long as the reader has not scrolled away from it. */
export function JobLog({ log, ended, taskCount }: JobLogProps) {
  const box = useRef<HTMLDivElement>(null)
  const following = useRef(true)

  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when lines are added.
  useEffect(() => {
    const element = box.current
    if (element !== null && following.current) element.scrollTop = element.scrollHeight
  }, [log])

  return (
    <Panel
      title="Log"
      flush
      actions={
        log.length > 0 && (
          <Text size="xs" c="dimmed">
            Times in UTC
          </Text>
        )
      }
    >
      {log.length === 0 ? (
        <Text size="sm" c="dimmed" p="md">
          {ended ? 'The job wrote no log.' : 'Lines show here as the job writes them.'}
        </Text>
      ) : (
        <div
          ref={box}
          className={classes.log}
          role="log"
          aria-label="Job log"
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            following.current = scrollHeight - scrollTop - clientHeight < 24
          }}
        >
          {log.map(({ sequence, time, task, text }) => (
            <div key={sequence} className={classes.line}>
              <span className={classes.time}>{time && formatClock(time)}</span>
              {taskCount > 1 && <span className={classes.task}>{task < 0 ? 'job' : `#${task}`}</span>}
              <span className={classes.text}>{text}</span>
            </div>
          ))}
        </div>
      )}
    </Panel>
  )
}
