import type { RunningTask } from '@fairlead/proto/web/fairlead/jobs/v1/operations'
import { lastSegment } from '../jobs/job-name'

export type Grouping = 'organization' | 'worker'

export interface TaskGroup {
  readonly key: string
  readonly title: string
  readonly tasks: readonly RunningTask[]
}

/** By title, so that a group stays where it is while its tasks come and go; tasks keep their order. */
export function groupTasks(tasks: readonly RunningTask[], by: Grouping): TaskGroup[] {
  const groups = Map.groupBy(tasks, (task) => (by === 'organization' ? task.organization : task.worker))
  return [...groups]
    .map(([key, members]) => ({ key, title: titleOf(key, members, by), tasks: members }))
    .sort((one, other) => one.title.localeCompare(other.title) || one.key.localeCompare(other.key))
}

function titleOf(key: string, members: readonly RunningTask[], by: Grouping): string {
  const name = by === 'organization' ? members[0]?.organizationDisplayName : undefined
  return name || lastSegment(key)
}
