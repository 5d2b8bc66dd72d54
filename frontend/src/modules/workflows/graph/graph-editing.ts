import type { GraphEdge } from './graph-model'

/** Connecting by hand. */
export interface GraphEditing {
  /** Why a box cannot read another, as a sentence; undefined when it can. */
  readonly refusal: (from: string, to: string, port: string) => string | undefined
  readonly connect: (from: string, to: string, port: string) => void
  readonly disconnect: (edge: GraphEdge) => void
}
