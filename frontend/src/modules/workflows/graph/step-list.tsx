import { Text } from '@mantine/core'
import { IconAlertCircle, IconArrowRight, IconBox, IconFileImport } from '@tabler/icons-react'
import type { Graph, GraphNode } from './graph-model'
import classes from './step-list.module.css'
import { StepStateIcon } from './step-state-icon'
import { containerShares, containersText, isMoving, stepStateWords } from './step-state-words'
import { TickingDuration } from './ticking-duration'
import { topologicalOrder } from './topological-order'

interface StepListProps {
  readonly label: string
  readonly graph: Graph
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
}

/** The same as the graph, one below the other in the order in which they can run. */
export function StepList({ label, graph, chosen, onChoose }: StepListProps) {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]))
  const order = topologicalOrder([...byId.keys()], graph.edges)
  return (
    <ol className={classes.list} aria-label={label}>
      {order.map((id) => {
        const node = byId.get(id)
        if (node === undefined) return null
        const before = graph.edges.filter(({ to }) => to === id)
        const names = [...new Set(before.map(({ from }) => byId.get(from)?.name ?? from))]
        return (
          <li key={id}>
            <button
              type="button"
              className={classes.row}
              aria-pressed={id === chosen}
              data-chosen={id === chosen || undefined}
              onClick={() => onChoose(id)}
            >
              <Row node={node} before={names} />
            </button>
          </li>
        )
      })}
    </ol>
  )
}

function Row({ node, before }: { node: GraphNode; before: readonly string[] }) {
  const { progress } = node
  const words = progress === undefined ? undefined : stepStateWords(progress.state)
  const color = node.problem !== '' ? 'red' : (words?.color ?? 'sea')
  const shares = containerShares(progress?.containers)
  const facts = [node.algorithm, node.environment, node.fanOut].filter((part) => part !== '')
  return (
    <span
      className={classes.content}
      style={{
        '--box-tint': `var(--mantine-color-${color}-5)`,
        '--box-strong': `var(--mantine-color-${color}-9)`,
        '--box-pale': `var(--mantine-color-${color}-3)`,
      }}
    >
      <span className={classes.symbol}>
        {node.problem !== '' ? (
          <IconAlertCircle size={18} stroke={1.8} aria-hidden />
        ) : node.kind === 'input' ? (
          <IconFileImport size={18} stroke={1.6} aria-hidden />
        ) : progress === undefined ? (
          <IconBox size={18} stroke={1.6} aria-hidden />
        ) : (
          <StepStateIcon state={progress.state} size={18} />
        )}
      </span>
      <span className={classes.words}>
        <span className={classes.name}>
          <b>{node.name === '' ? 'unnamed' : node.name}</b>
          {words !== undefined && <span className={classes.state}>{words.label}</span>}
          {node.kind === 'input' && <span className={classes.dimmed}>input of the run</span>}
        </span>
        {facts.length > 0 && (
          <span className={`${classes.dimmed} ${classes.facts}`}>
            {facts.map((fact, index) => (
              <span key={fact} className={index === 0 ? 'mono' : undefined}>
                {fact}
              </span>
            ))}
          </span>
        )}
        {before.length > 0 && (
          <span className={classes.dimmed}>
            <IconArrowRight size={12} aria-hidden /> after {before.join(', ')}
          </span>
        )}
        {containersText(progress?.containers) !== '' && (
          <span className={classes.dimmed}>{containersText(progress?.containers)}</span>
        )}
        {progress?.message !== undefined && progress.message !== '' && <span>{progress.message}</span>}
        {node.problem !== '' && (
          <Text span size="xs" c="var(--mantine-color-error)">
            {node.problem}
          </Text>
        )}
        {progress !== undefined && (progress.containers?.total ?? 0) > 1 && (
          <span className={classes.bar} aria-hidden>
            <span data-part="completed" style={{ width: `${shares.completed * 100}%` }} />
            <span data-part="failed" style={{ width: `${shares.failed * 100}%` }} />
            <span data-part="running" style={{ width: `${shares.running * 100}%` }} />
          </span>
        )}
      </span>
      {progress !== undefined && (
        <span className={classes.time}>
          <TickingDuration
            start={progress.startTime}
            end={progress.endTime}
            isMoving={isMoving(progress.state)}
          />
        </span>
      )}
    </span>
  )
}
