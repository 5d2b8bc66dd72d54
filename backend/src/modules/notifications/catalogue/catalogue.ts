import { creditEvents } from './credit-events.ts'
import type { EventKind } from './event-kind.ts'
import { fileEvents } from './file-events.ts'
import { identityEvents } from './identity-events.ts'
import { jobEvents } from './job-events.ts'
import { operatorEvents } from './operator-events.ts'
import { workflowEvents } from './workflow-events.ts'

/** Everything that someone may be notified of, in the order of a page. */
export const catalogue: readonly EventKind[] = [
  ...jobEvents,
  ...identityEvents,
  ...creditEvents,
  ...fileEvents,
  ...workflowEvents,
  ...operatorEvents,
]

const byKey = new Map(catalogue.map((kind) => [kind.key, kind]))
const byRoutingKey = Map.groupBy(
  catalogue.flatMap((kind) => kind.toldBy.map((toldBy) => ({ toldBy, kind }))),
  ({ toldBy }) => toldBy,
)

export function kindOf(key: string): EventKind | undefined {
  return byKey.get(key)
}

/** What an event is told as: one kind, or several to different people. */
export function kindsToldBy(routingKey: string): readonly EventKind[] {
  const toldBy = routingKey.split('.', 2).join('.')
  return (byRoutingKey.get(toldBy) ?? []).map(({ kind }) => kind)
}
