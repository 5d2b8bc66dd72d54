import { IconAlertCircle, IconBox, IconFileImport } from '@tabler/icons-react'
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { useGraphActions } from './graph-actions'
import type { GraphNode } from './graph-model'
import classes from './graph-node.module.css'
import { handlePlace } from './node-size'
import { nodeSentence } from './node-words'
import { StepStateIcon } from './step-state-icon'
import { containerShares, isMoving, stepStateWords } from './step-state-words'
import { TickingDuration } from './ticking-duration'

/** Of the handle for what comes before as a whole, where a step has ports and where it has none. */
export const anyPort = ''

export interface BoxData extends Record<string, unknown> {
  readonly node: GraphNode
  /** Names of what comes before it. */
  readonly before: readonly string[]
  /** Whether an edge leads to it as a whole, and whether one leads from it. */
  readonly reads: boolean
  readonly isRead: boolean
}

export type FlowNode = Node<BoxData, 'box'>

/** A step or an input of the graph: a button, with handles around it. */
export function GraphNodeView({ data: { node, before, reads, isRead } }: NodeProps<FlowNode>) {
  const { direction, isEdited, chosen, choose, walk, reveal } = useGraphActions()
  const { progress } = node
  const words = progress === undefined ? undefined : stepStateWords(progress.state)
  const right = direction === 'right'
  const color = node.problem !== '' ? 'red' : (words?.color ?? 'sea')
  return (
    <div
      className={classes.box}
      data-kind={node.kind}
      data-state={progress?.state}
      data-chosen={node.id === chosen || undefined}
      data-problem={node.problem !== '' || undefined}
      data-moving={(progress !== undefined && isMoving(progress.state)) || undefined}
      style={{
        '--box-tint': `var(--mantine-color-${color}-5)`,
        '--box-strong': `var(--mantine-color-${color}-9)`,
        '--box-pale': `var(--mantine-color-${color}-3)`,
      }}
    >
      <button
        type="button"
        className={`${classes.button} nopan`}
        data-box={node.id}
        aria-label={nodeSentence(node, before)}
        aria-pressed={node.id === chosen}
        {...(node.problem === '' ? {} : { title: node.problem })}
        onClick={() => choose(node.id)}
        onFocus={(event) => {
          // Not after a click: what is clicked is in view.
          if (event.currentTarget.matches(':focus-visible')) reveal(node.id)
        }}
        onKeyDown={(event) => {
          if (walk(node.id, event.key)) event.preventDefault()
        }}
      />
      {node.kind === 'input' ? (
        <div className={classes.input}>
          <IconFileImport size={17} stroke={1.6} aria-hidden />
          <span>
            <small>Input</small>
            {node.name}
          </span>
        </div>
      ) : (
        <>
          <div className={classes.head}>
            <span className={classes.symbol}>
              {node.problem !== '' ? (
                <IconAlertCircle size={17} stroke={1.8} aria-hidden />
              ) : progress === undefined ? (
                <IconBox size={17} stroke={1.6} aria-hidden />
              ) : (
                <StepStateIcon state={progress.state} size={17} />
              )}
            </span>
            <span className={classes.name}>{node.name === '' ? 'unnamed' : node.name}</span>
            <span className={classes.aside}>
              {progress === undefined ? (
                node.fanOut
              ) : (
                <TickingDuration
                  start={progress.startTime}
                  end={progress.endTime}
                  isMoving={isMoving(progress.state)}
                />
              )}
            </span>
          </div>
          <div className={classes.algorithm}>
            {node.algorithm === '' ? 'no algorithm yet' : node.algorithm}
          </div>
          <div className={classes.foot}>
            {progress === undefined ? (
              <span>{node.publish ? 'Gives results' : ''}</span>
            ) : (
              <span className={classes.state}>{`${words?.label ?? ''}${counted(node)}`}</span>
            )}
            <span className={classes.environment}>{node.environment}</span>
          </div>
          {progress !== undefined && <Bar node={node} />}
        </>
      )}
      {node.kind === 'step' && (
        <Handle
          type="target"
          id={anyPort}
          position={right ? Position.Left : Position.Top}
          className={`${classes.handle} ${classes.silent}`}
          data-unused={!reads || undefined}
          style={place(handlePlace(node, anyPort, direction))}
          isConnectable={false}
        />
      )}
      {node.ports.map((port) => (
        <div key={port}>
          {right && (
            <span className={classes.port} style={{ top: handlePlace(node, port, direction).y }}>
              {port}
            </span>
          )}
          <Handle
            type="target"
            id={port}
            title={port}
            position={right ? Position.Left : Position.Top}
            className={classes.handle ?? ''}
            style={place(handlePlace(node, port, direction))}
            isConnectable={isEdited}
          />
        </div>
      ))}
      <Handle
        type="source"
        position={right ? Position.Right : Position.Bottom}
        className={isEdited ? (classes.handle ?? '') : `${classes.handle} ${classes.silent}`}
        data-unused={(!isEdited && !isRead) || undefined}
        style={place(handlePlace(node, undefined, direction))}
        isConnectable={isEdited}
      />
    </div>
  )
}

function place({ x, y }: { x: number; y: number }) {
  return { left: x, top: y, right: 'auto', bottom: 'auto', transform: 'translate(-50%, -50%)' }
}

function counted({ progress }: GraphNode): string {
  const counts = progress?.containers
  if (counts === undefined || counts.total <= 1) return ''
  const [completed, total] = [counts.completed, counts.total].map((count) => count.toLocaleString('en'))
  return ` · ${completed}/${total}${counts.failed === 0 ? '' : `, ${counts.failed} failed`}`
}

function Bar({ node: { progress } }: { node: GraphNode }) {
  const { completed, running, failed } = containerShares(progress?.containers)
  return (
    <div className={classes.bar} aria-hidden>
      <span data-part="completed" style={{ width: `${completed * 100}%` }} />
      <span data-part="failed" style={{ width: `${failed * 100}%` }} />
      <span data-part="running" style={{ width: `${running * 100}%` }} />
    </div>
  )
}
