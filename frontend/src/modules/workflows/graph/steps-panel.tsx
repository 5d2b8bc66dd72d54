import { SegmentedControl, Skeleton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { Panel } from '../../../ui/panel'
import type { GraphEditing } from './graph-editing'
import type { Graph } from './graph-model'
import { StepList } from './step-list'

const WorkflowGraph = lazy(() => import('./workflow-graph'))

interface StepsPanelProps {
  readonly title: string
  readonly graph: Graph
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
  readonly editing?: GraphEditing
  readonly actions?: ReactNode
  /** Below the graph. */
  readonly children?: ReactNode
}

/** Steps as a graph or as a list, which says the same: where there is little room, and to who prefers to read. */
export function StepsPanel({ title, graph, chosen, onChoose, editing, actions, children }: StepsPanelProps) {
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  const [wanted, setWanted] = useState<'graph' | 'list'>()
  const shown = wanted ?? (isNarrow ? 'list' : 'graph')
  return (
    <Panel
      title={title}
      flush
      actions={
        <>
          {actions}
          <SegmentedControl
            size="xs"
            aria-label="Show the steps as"
            data={[
              { value: 'graph', label: 'Graph' },
              { value: 'list', label: 'List' },
            ]}
            value={shown}
            onChange={(value) => setWanted(value === 'list' ? 'list' : 'graph')}
          />
        </>
      }
    >
      {shown === 'graph' ? (
        <Suspense fallback={<Skeleton height={260} radius={0} data-testid="loading" />}>
          <WorkflowGraph
            label={title}
            graph={graph}
            direction={isNarrow ? 'down' : 'right'}
            chosen={chosen}
            onChoose={onChoose}
            {...(editing === undefined ? {} : { editing })}
          />
        </Suspense>
      ) : (
        <StepList label={title} graph={graph} chosen={chosen} onChoose={onChoose} />
      )}
      {children}
    </Panel>
  )
}
