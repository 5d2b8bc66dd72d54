import type { ClusterEvent } from './kubernetes-objects.ts'

/** The last that was said of a Job; undefined when that was before a time. */
export function lastEventOf(
  events: readonly ClusterEvent[],
  jobUid: string,
  since: Date,
): ClusterEvent | undefined {
  return events
    .filter((event) => event.involvedObject.uid === jobUid && timeOf(event) >= since.getTime())
    .toSorted((a, b) => timeOf(a) - timeOf(b))
    .at(-1)
}

function timeOf({ lastTimestamp, eventTime, metadata }: ClusterEvent): number {
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp)
}
