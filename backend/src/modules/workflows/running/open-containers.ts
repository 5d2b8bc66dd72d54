import type { ContainerState } from '../../../ports/containers.ts'
import { type Database, rows } from '../sql.ts'

const openStates = [
  'WAITING',
  'STARTING',
  'RUNNING',
  'COLLECTING',
] as const satisfies readonly ContainerState[]

export type OpenContainers = Readonly<Record<(typeof openStates)[number], number>>

/** As SQL, in the form that the partial index over them has. */
export const isOpen = `state in (${openStates.map((state) => `'${state}'`).join(', ')})`

/** Of every job. */
export async function countOpenContainers(database: Database): Promise<OpenContainers> {
  const found = await rows<{ state: keyof OpenContainers; count: number }>(
    database,
    `select state, count(*)::int as count from workflow_containers where ${isOpen} group by state`,
    [],
  )
  const counts = new Map(found.map(({ state, count }) => [state, count]))
  const of = (state: keyof OpenContainers) => counts.get(state) ?? 0
  return {
    WAITING: of('WAITING'),
    STARTING: of('STARTING'),
    RUNNING: of('RUNNING'),
    COLLECTING: of('COLLECTING'),
  }
}
