import type { ConnectionGraph } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useElementSize } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { formatDuration } from '../../../ui/format-duration'
import { type GraphEdge, type GraphNode, layOutGraph } from './graph-layout'
import classes from './graph-view.module.css'

/** With more persons than that, only those of the group and of the selection are named. */
const namesFor = 36
const margin = { x: 64, y: 34 }

interface GraphViewProps {
  readonly graph: ConnectionGraph
  readonly selected: string | undefined
  readonly onSelect: (person: string | undefined) => void
}

/** Persons as dots, connections as lines: the longer they were together, the thicker. */
export default function GraphView({ graph, selected, onSelect }: GraphViewProps) {
  const { ref, width, height } = useElementSize()
  const isWide = width >= 560
  const layout = useMemo(() => layOutGraph(graph, isWide ? 1.6 : 0.8), [graph, isWide])
  const [hovered, setHovered] = useState<number>()
  const chosen = layout.nodes.find(({ person }) => person === selected)?.index
  const focus = hovered ?? chosen

  const neighbours = useMemo(() => {
    if (focus === undefined) return undefined
    const found = new Set([focus])
    for (const { first, second } of layout.edges) {
      if (first === focus) found.add(second)
      if (second === focus) found.add(first)
    }
    return found
  }, [layout, focus])

  const x = (node: GraphNode) => margin.x + node.x * Math.max(1, width - 2 * margin.x)
  const y = (node: GraphNode) => margin.y + node.y * Math.max(1, height - 2 * margin.y)
  const isNamed = (node: GraphNode) =>
    neighbours === undefined || neighbours.size > namesFor
      ? node.degree === 0 || layout.nodes.length <= namesFor || node.index === focus
      : neighbours.has(node.index)

  return (
    <div ref={ref} className={classes.graph}>
      {width > 0 && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the list of persons beside it is the keyboard's way.
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`Graph of ${layout.nodes.length} persons and ${layout.edges.length} connections`}
          data-testid="connection-graph"
          onClick={() => onSelect(undefined)}
        >
          {layout.edges.map((edge) => (
            <Edge
              key={`${edge.first}-${edge.second}`}
              edge={edge}
              nodes={layout.nodes}
              x={x}
              y={y}
              isFaded={focus !== undefined && edge.first !== focus && edge.second !== focus}
            />
          ))}
          {layout.nodes.map((node) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: as above.
            <g
              key={node.person}
              transform={`translate(${x(node)} ${y(node)})`}
              className={classes.node}
              data-degree={Math.min(node.degree, 2)}
              data-faded={neighbours !== undefined && !neighbours.has(node.index)}
              data-selected={node.index === chosen}
              onPointerEnter={() => setHovered(node.index)}
              onPointerLeave={() => setHovered(undefined)}
              onClick={(event) => {
                event.stopPropagation()
                onSelect(node.person === selected ? undefined : node.person)
              }}
            >
              <title>{node.displayName}</title>
              <circle r={12} className={classes.reach} />
              <circle r={node.degree === 0 ? 8 : 5.5} />
            </g>
          ))}
          {/* Above all dots. */}
          {layout.nodes.filter(isNamed).map((node) => (
            <text
              key={node.person}
              x={x(node)}
              y={y(node) - (node.degree === 0 ? 13 : 10)}
              textAnchor="middle"
              className={classes.name}
              data-faded={neighbours !== undefined && !neighbours.has(node.index)}
            >
              {shortened(node.displayName)}
            </text>
          ))}
        </svg>
      )}
    </div>
  )
}

interface EdgeProps {
  readonly edge: GraphEdge
  readonly nodes: readonly GraphNode[]
  readonly x: (node: GraphNode) => number
  readonly y: (node: GraphNode) => number
  readonly isFaded: boolean
}

function Edge({ edge, nodes, x, y, isFaded }: EdgeProps) {
  const first = nodes[edge.first]
  const second = nodes[edge.second]
  if (first === undefined || second === undefined) return null
  return (
    <line
      className={classes.edge}
      x1={x(first)}
      y1={y(first)}
      x2={x(second)}
      y2={y(second)}
      strokeWidth={0.6 + 3.4 * edge.weight ** 2}
      strokeOpacity={isFaded ? 0.06 : 0.2 + 0.5 * edge.weight ** 2}
    >
      <title>
        {first.displayName} and {second.displayName}: {formatDuration(edge.durationMs)}
      </title>
    </line>
  )
}

function shortened(name: string): string {
  return name.length > 24 ? `${name.slice(0, 23)}…` : name
}
