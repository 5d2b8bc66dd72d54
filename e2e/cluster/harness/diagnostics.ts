import type { Kubectl } from './kubectl.ts'
import { type ContainerStatus, type Event, isReady, type Pod } from './objects.ts'

const LOG_LINES = 25
const LOG_COLUMNS = 500
const EVENTS = 30

/** For people: every pod, the warnings, and the last log lines of each container that is not as it should be. */
export async function diagnose(kubectl: Kubectl): Promise<string> {
  const pods = await kubectl.list<Pod>('pods')
  const events = await kubectl.list<Event>('events')
  const troubled = pods.filter((pod) => pod.status.phase !== 'Succeeded' && !isReady(pod))
  const sections = [
    `Pods of ${kubectl.namespace}:`,
    ...pods.map((pod) => `  ${pod.metadata.name}  ${troubleOf(pod)}`),
    'Warnings:',
    ...events
      .filter(({ type }) => type === 'Warning')
      .sort((one, other) => (timeOf(one) < timeOf(other) ? -1 : 1))
      .slice(-EVENTS)
      .map(
        ({ reason, message, count = 1, involvedObject: { kind, name } }) =>
          `  ${kind} ${name}: ${reason} (${count} times): ${message}`,
      ),
  ]
  for (const pod of troubled) {
    for (const container of containersOf(pod).filter((one) => !isDone(one))) {
      sections.push(await lastLines(kubectl, pod, container))
    }
  }
  return sections.join('\n')
}

/** In a few words, what keeps a pod from being ready. */
export function troubleOf(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'is being deleted'
  if (pod.status.phase === 'Succeeded' || isReady(pod)) return pod.status.phase
  const unscheduled = (pod.status.conditions ?? []).find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  )
  if (unscheduled !== undefined) return `is not scheduled: ${unscheduled.message ?? unscheduled.reason}`
  const waiting = containersOf(pod)
    .filter((container) => !isDone(container) && !container.ready)
    .map(({ name, state, restartCount }) => {
      const { waiting, terminated, running } = state
      const why =
        waiting?.reason ??
        (terminated && `${terminated.reason} (exit code ${terminated.exitCode})`) ??
        (running && 'runs and is not ready')
      return `${name}: ${why ?? 'unknown'}${restartCount > 0 ? `, ${restartCount} restarts` : ''}`
    })
  return [pod.status.phase, ...waiting].join('; ')
}

export const containersOf = ({ status }: Pod): ContainerStatus[] => [
  ...(status.initContainerStatuses ?? []),
  ...(status.containerStatuses ?? []),
]

const isDone = ({ state }: ContainerStatus) => state.terminated?.exitCode === 0

const timeOf = ({ lastTimestamp, eventTime }: Event) => lastTimestamp ?? eventTime ?? ''

async function lastLines(kubectl: Kubectl, pod: Pod, container: ContainerStatus): Promise<string> {
  const { name } = pod.metadata
  const logs = ['logs', name, '--container', container.name, '--tail', String(LOG_LINES)]
  const parts: string[] = []
  for (const previous of container.restartCount > 0 ? ['--previous', ''] : ['']) {
    const text = await kubectl
      .run([...logs, ...(previous === '' ? [] : [previous])])
      // A container that never ran has no log, and kubectl says so.
      .catch((error: Error) => error.message)
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(0, LOG_COLUMNS))
    parts.push(
      `--- ${name}, ${container.name}${previous === '' ? '' : ', before its restart'}:\n${lines.join('\n')}`,
    )
  }
  return parts.join('\n')
}
