import type { Direction, GraphNode } from './graph-model'

/** Pixels; the style sheet of the boxes keeps to them, so that a graph is laid out before it is drawn. */
const stepWidth = 214
const stepHeight = 78
const inputWidth = 140
const inputHeight = 46
const barHeight = 10
const portHeight = 22
/** From the top of a box to the first of its ports. */
const portsTop = 74
const headMiddle = 37

/** Across: of a handle that can be dragged, and of one that only marks where an edge ends. */
export const handleSizes = { shown: 13, silent: 7 }

export interface Size {
  readonly width: number
  readonly height: number
}

export function sizeOf(node: GraphNode): Size {
  if (node.kind === 'input') return { width: inputWidth, height: inputHeight }
  const ports = node.ports.length === 0 ? 0 : node.ports.length * portHeight + 6
  return { width: stepWidth, height: stepHeight + (node.progress === undefined ? 0 : barHeight) + ports }
}

/** Where the middle of a handle lies, from the upper left corner of its box. */
export function handlePlace(node: GraphNode, port: string | undefined, direction: Direction) {
  const { width, height } = sizeOf(node)
  if (port === undefined) {
    return direction === 'right' ? { x: width, y: height / 2 } : { x: width / 2, y: height }
  }
  const index = node.ports.indexOf(port)
  if (index < 0) {
    // Beside ports it stands above them.
    const y = node.ports.length === 0 ? height / 2 : headMiddle
    return direction === 'right' ? { x: 0, y } : { x: width / 2, y: 0 }
  }
  return direction === 'right'
    ? { x: 0, y: portsTop + portHeight * (index + 0.5) }
    : { x: (width * (index + 1)) / (node.ports.length + 1), y: 0 }
}
