import '@xyflow/react/dist/base.css'
import { useReducedMotion } from '@mantine/hooks'
import {
  type Connection,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  useStoreApi,
} from '@xyflow/react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ConnectionHint } from './connection-hint'
import { type GraphActions, GraphActionsProvider } from './graph-actions'
import { GraphControls } from './graph-controls'
import { type FlowEdge, GraphEdgeView } from './graph-edge-view'
import type { GraphEditing } from './graph-editing'
import { layOut } from './graph-layout'
import type { Direction, Graph, GraphNode } from './graph-model'
import { anyPort, type FlowNode, GraphNodeView } from './graph-node-view'
import { walkFrom } from './graph-walk'
import { handlePlace, handleSizes, sizeOf } from './node-size'
import { isDone, isMoving } from './step-state-words'
import { topologicalOrder } from './topological-order'
import classes from './workflow-graph.module.css'

interface WorkflowGraphProps {
  readonly label: string
  readonly graph: Graph
  readonly direction: Direction
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
  /** Undefined where it is only looked at. */
  readonly editing?: GraphEditing
}

const nodeTypes = { box: GraphNodeView }
const edgeTypes = { way: GraphEdgeView }
/** The buttons have their room below. */
const padding = { top: '24px', right: '24px', bottom: '52px', left: '24px' } as const
const fit = { padding, maxZoom: 1, minZoom: 0.35 }
/** Pixels. */
const heights = { least: 200, most: 540, around: 84 }

/** The steps of a workflow, drawn; a library comes with it, so it is loaded when it is first shown. */
export default function WorkflowGraph(props: WorkflowGraphProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  )
}

function Flow({ label, graph, direction, chosen, onChoose, editing }: WorkflowGraphProps) {
  const root = useRef<HTMLDivElement>(null)
  const { fitView, setCenter, getZoom } = useReactFlow()
  const store = useStoreApi()
  const reducedMotion = useReducedMotion() ?? false
  const [chosenEdge, setChosenEdge] = useState<string>()
  const duration = reducedMotion ? 0 : 220

  // What a run changes every moment does not move the boxes.
  const shape = shapeOf(graph)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for what the layout reads of the graph.
  const layout = useMemo(() => layOut(graph, direction), [shape, direction])
  const order = useMemo(
    () =>
      topologicalOrder(
        graph.nodes.map(({ id }) => id),
        graph.edges,
      ),
    [graph],
  )
  const isEdited = editing !== undefined
  const nodes = useMemo(
    () => flowNodes(graph, order, layout, direction, isEdited),
    [graph, order, layout, direction, isEdited],
  )
  const edges = useMemo(() => flowEdges(graph, layout, reducedMotion), [graph, layout, reducedMotion])

  const showAll = useCallback(() => void fitView({ ...fit, duration }), [fitView, duration])
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is more or less to show, or room to show it in.
  useEffect(() => {
    if (width > 0 && height > 0) void fitView(fit)
  }, [fitView, layout, width, height])

  const reveal = useCallback(
    (id: string) => {
      const place = layout.places.get(id)
      const node = graph.nodes.find((one) => one.id === id)
      if (place === undefined || node === undefined) return
      const size = sizeOf(node)
      const { transform, width, height } = store.getState()
      const [left, top, zoom] = transform
      const [x, y] = [place.x * zoom + left, place.y * zoom + top]
      const isSeen = x >= 0 && y >= 0 && x + size.width * zoom <= width && y + size.height * zoom <= height
      if (isSeen) return
      void setCenter(place.x + size.width / 2, place.y + size.height / 2, { zoom: getZoom(), duration })
    },
    [layout, graph, store, setCenter, getZoom, duration],
  )

  const actions = useMemo<GraphActions>(
    () => ({
      direction,
      isEdited: editing !== undefined,
      chosen,
      choose: (id) => {
        setChosenEdge(undefined)
        onChoose(id)
      },
      walk: (from, key) => {
        const to = walkFrom(graph, order, direction, from, key)
        if (to === undefined) return false
        const box = root.current?.querySelector<HTMLElement>(`[data-box="${CSS.escape(to)}"]`)
        box?.focus({ preventScroll: true })
        return box != null
      },
      reveal,
      chosenEdge,
      disconnect: (id) => {
        const edge = graph.edges.find((one) => one.id === id)
        setChosenEdge(undefined)
        if (edge !== undefined) editing?.disconnect(edge)
      },
    }),
    [direction, editing, chosen, onChoose, graph, order, reveal, chosenEdge],
  )

  const refusalOf = (connection: Connection | FlowEdge) =>
    connection.targetHandle == null || connection.targetHandle === anyPort
      ? 'Drop it on an input of a step.'
      : editing?.refusal(connection.source, connection.target, connection.targetHandle)

  return (
    <GraphActionsProvider value={actions}>
      <div
        ref={root}
        className={classes.graph}
        data-edited={editing !== undefined || undefined}
        style={{ height: Math.min(heights.most, Math.max(heights.least, layout.height + heights.around)) }}
      >
        <ReactFlow<FlowNode, FlowEdge>
          aria-label={label}
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          fitView
          fitViewOptions={fit}
          minZoom={0.25}
          maxZoom={1.6}
          nodesDraggable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          nodesConnectable={editing !== undefined}
          // A wheel over the graph scrolls the page; it is moved by dragging and zoomed by its buttons or two fingers.
          zoomOnScroll={false}
          preventScrolling={false}
          zoomOnDoubleClick={false}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          panActivationKeyCode={null}
          zoomActivationKeyCode={null}
          disableKeyboardA11y
          connectionRadius={26}
          isValidConnection={(connection) => refusalOf(connection) === undefined}
          onConnect={({ source, target, targetHandle }) =>
            editing?.connect(source, target, targetHandle ?? '')
          }
          onPaneClick={() => setChosenEdge(undefined)}
          {...(editing === undefined ? {} : { onEdgeClick: (_, { id }) => setChosenEdge(id) })}
        >
          <GraphControls onFit={showAll} />
          {editing !== undefined && <ConnectionHint editing={editing} />}
        </ReactFlow>
      </div>
    </GraphActionsProvider>
  )
}

/** Everything of a graph that its layout depends on. */
function shapeOf({ nodes, edges }: Graph): string {
  return JSON.stringify([
    nodes.map(({ id, kind, ports, progress }) => [id, kind, ports.length, progress === undefined]),
    edges.map(({ id, from, to }) => [id, from, to]),
  ])
}

function flowNodes(
  { nodes, edges }: Graph,
  order: readonly string[],
  layout: ReturnType<typeof layOut>,
  direction: Direction,
  isEdited: boolean,
): FlowNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const nameOf = (id: string) => byId.get(id)?.name ?? id
  // In the order in which they run, which is that of the keyboard too.
  return order.flatMap((id) => {
    const node = byId.get(id)
    if (node === undefined) return []
    const size = sizeOf(node)
    const before = [...new Set(edges.filter(({ to }) => to === id).map(({ from }) => nameOf(from)))]
    return {
      id,
      type: 'box' as const,
      position: { ...(layout.places.get(id) ?? { x: 0, y: 0 }) },
      data: {
        node,
        before,
        isRead: edges.some(({ from }) => from === id),
        reads: edges.some(({ to, port }) => to === id && !node.ports.includes(port)),
      },
      ...size,
      measured: size,
      handles: handlesOf(node, direction, isEdited),
    }
  })
}

function handlesOf(
  node: GraphNode,
  direction: Direction,
  isEdited: boolean,
): NonNullable<FlowNode['handles']> {
  const target = direction === 'right' ? Position.Left : Position.Top
  const source = direction === 'right' ? Position.Right : Position.Bottom
  const ports = node.kind === 'step' ? [anyPort, ...node.ports] : []
  return [
    ...ports.map((port) => ({
      id: port,
      type: 'target' as const,
      position: target,
      ...around(
        handlePlace(node, port, direction),
        port === anyPort ? handleSizes.silent : handleSizes.shown,
      ),
    })),
    {
      type: 'source',
      position: source,
      ...around(handlePlace(node, undefined, direction), isEdited ? handleSizes.shown : handleSizes.silent),
    },
  ]
}

/** The square around a point. */
function around({ x, y }: { x: number; y: number }, size: number) {
  return { x: x - size / 2, y: y - size / 2, width: size, height: size }
}

function flowEdges({ nodes, edges }: Graph, layout: ReturnType<typeof layOut>, still: boolean): FlowEdge[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  return edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)]
    if (from === undefined || to === undefined) return []
    const tone = toneOf(from, to)
    return {
      id: edge.id,
      type: 'way' as const,
      source: edge.from,
      target: edge.to,
      targetHandle: to.ports.includes(edge.port) ? edge.port : anyPort,
      animated: tone === 'moving' && !still,
      data: {
        way: layout.ways.get(edge.id) ?? [],
        isOrder: edge.isOrder,
        tone,
        label: `from ${from.name} to ${to.name}${edge.port === '' ? '' : ` as ${edge.port}`}`,
      },
    }
  })
}

function toneOf(from: GraphNode, to: GraphNode): 'idle' | 'moving' | 'done' | 'failed' {
  if (to.progress === undefined || from.progress === undefined) return 'idle'
  if (from.progress.state === 'STEP_STATE_FAILED') return 'failed'
  if (isMoving(to.progress.state)) return 'moving'
  return isDone(from.progress.state) && isDone(to.progress.state) ? 'done' : 'idle'
}
