import classes from './operations.module.css'
import { useOrganizationLoads, useWorkers } from './operations-queries'

/** The state of the queue at a glance. */
export function Figures() {
  const loads = useOrganizationLoads().data
  const workers = useWorkers().data
  const sum = (of: 'queuedJobs' | 'executingJobs' | 'heldJobs' | 'waitingTasks') =>
    loads?.reduce((total, load) => total + load[of], 0)
  const active = workers?.filter(({ state }) => state === 'WORKER_STATE_ACTIVE')
  const slots = workers?.reduce((total, { concurrency }) => total + concurrency, 0)
  const running = workers?.reduce((total, { runningTasks }) => total + runningTasks, 0)
  const entries: readonly (readonly [string, number | string | undefined, boolean?])[] = [
    ['Workers that take tasks', active?.length, active?.length === 0],
    ['Slots in use', slots === undefined ? undefined : `${running} / ${slots}`],
    ['Jobs executing', sum('executingJobs')],
    ['Jobs queued', sum('queuedJobs')],
    ['Tasks waiting', sum('waitingTasks')],
    ['Jobs held', sum('heldJobs')],
  ]
  return (
    <dl className={classes.figures}>
      {entries.map(([name, value, warning]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-warning={warning || undefined}>
            {value === undefined ? '–' : typeof value === 'number' ? value.toLocaleString('en') : value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
