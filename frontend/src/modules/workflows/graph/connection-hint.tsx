import { Panel, useConnection } from '@xyflow/react'
import classes from './connection-hint.module.css'
import type { GraphEditing } from './graph-editing'

/** Says while a connection is dragged where it may end, and why not where it may not. */
export function ConnectionHint({ editing }: { editing: GraphEditing }) {
  const connection = useConnection()
  if (!connection.inProgress) return null
  const { fromNode, fromHandle, toNode, toHandle } = connection
  const isOver = toNode !== null && toHandle !== null
  // A connection may be dragged from either of its ends.
  const forward = fromHandle.type === 'source'
  const refusal = !isOver
    ? undefined
    : forward
      ? toHandle.type === 'source'
        ? 'Drop it on an input, on the left of a step.'
        : editing.refusal(fromNode.id, toNode.id, toHandle.id ?? '')
      : toHandle.type === 'target'
        ? 'Drop it on the right of a step or of an input of the run.'
        : editing.refusal(toNode.id, fromNode.id, fromHandle.id ?? '')
  return (
    <Panel position="top-center" className={classes.panel ?? ''}>
      <div role="status" className={classes.hint} data-refused={refusal !== undefined || undefined}>
        {refusal ?? (isOver ? 'Let go to connect them.' : 'Drop it on an input of a step.')}
      </div>
    </Panel>
  )
}
