import { createContext, useContext } from 'react'
import type { Direction } from './graph-model'

/** What boxes and edges of one graph share. */
export interface GraphActions {
  readonly direction: Direction
  readonly isEdited: boolean
  readonly chosen: string | undefined
  readonly choose: (id: string) => void
  /** Puts the focus on the box that an arrow key leads to from this one. */
  readonly walk: (from: string, key: string) => boolean
  /** Has the box in view. */
  readonly reveal: (id: string) => void
  readonly chosenEdge: string | undefined
  readonly disconnect: (edge: string) => void
}

const Actions = createContext<GraphActions | undefined>(undefined)

export const GraphActionsProvider = Actions.Provider

export function useGraphActions(): GraphActions {
  const actions = useContext(Actions)
  if (actions === undefined) throw new Error('useGraphActions stands outside a graph')
  return actions
}
