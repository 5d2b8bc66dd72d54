import type { ContainerCounts, StepState } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'

/** A box of the graph: a step, or something that a run is given. */
export interface GraphNode {
  /** Unique in the graph, and the same while the box is the same. */
  readonly id: string
  readonly kind: 'step' | 'input'
  readonly name: string
  /** Reference of the algorithm; empty for an input, and for a step that has none yet. */
  readonly algorithm: string
  /** Identifier of the environment; empty means the algorithm's. */
  readonly environment: string
  /** As many containers it runs as, in words: "× 8"; empty for one. */
  readonly fanOut: string
  readonly publish: boolean
  /** Names of what it reads, each with a handle of its own; empty where nothing is connected by hand. */
  readonly ports: readonly string[]
  /** What is wrong with it, in words; empty for nothing. */
  readonly problem: string
  /** How far it is; undefined where nothing runs. */
  readonly progress: StepProgress | undefined
}

export interface StepProgress {
  readonly state: StepState
  /** What it waits for; empty for nothing. */
  readonly message: string
  readonly containers: ContainerCounts | undefined
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
}

/** What one box reads of another, or that it comes after it. */
export interface GraphEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Name of the port that it leads to; empty where there are none, and for one that only comes after. */
  readonly port: string
  /** Only an order: nothing is read. */
  readonly isOrder: boolean
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** Whether what comes before stands left of what comes after, or above it. */
export type Direction = 'right' | 'down'
