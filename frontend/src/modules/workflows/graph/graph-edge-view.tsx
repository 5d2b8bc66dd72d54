import { IconX } from '@tabler/icons-react'
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react'
import { edgePath, middleOf } from './edge-path'
import { useGraphActions } from './graph-actions'
import classes from './graph-edge.module.css'
import type { Point } from './graph-layout'

export interface EdgeData extends Record<string, unknown> {
  /** Between its ends. */
  readonly way: readonly Point[]
  readonly isOrder: boolean
  readonly tone: 'idle' | 'moving' | 'done' | 'failed'
  /** What it stands for, to be read out where it can be removed. */
  readonly label: string
}

export type FlowEdge = Edge<EdgeData, 'way'>

export function GraphEdgeView({ id, sourceX, sourceY, targetX, targetY, data }: EdgeProps<FlowEdge>) {
  const { direction, isEdited, chosenEdge, disconnect } = useGraphActions()
  const points = [{ x: sourceX, y: sourceY }, ...(data?.way ?? []), { x: targetX, y: targetY }]
  const middle = middleOf(points)
  const isChosen = chosenEdge === id
  return (
    <>
      <g
        className={classes.edge}
        data-tone={data?.tone}
        data-order={data?.isOrder || undefined}
        data-chosen={isChosen || undefined}
      >
        <BaseEdge path={edgePath(points, direction)} interactionWidth={isEdited ? 22 : 0} />
      </g>
      {isEdited && isChosen && (
        <EdgeLabelRenderer>
          <button
            type="button"
            className={`${classes.remove} nopan`}
            // It was chosen in order to be removed.
            ref={(button) => button?.focus()}
            aria-label={`Remove the connection ${data?.label ?? ''}`}
            style={{ transform: `translate(-50%, -50%) translate(${middle.x}px, ${middle.y}px)` }}
            onClick={() => disconnect(id)}
            onKeyDown={({ key }) => {
              if (key === 'Delete' || key === 'Backspace') disconnect(id)
            }}
          >
            <IconX size={13} stroke={2.2} aria-hidden />
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  )
}
