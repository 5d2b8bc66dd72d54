import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContainerState } from '../../../../ports/containers.ts'

/** What a scripted pod runs. */
export interface PodOrder {
  readonly number: number
  readonly count: number
  /** Of sh; FAIRLEAD_INPUTS and FAIRLEAD_OUTPUTS name its folders. */
  readonly script: string
  readonly variables: Readonly<Record<string, string>>
  readonly stagingUrl: string
  readonly token: string
  readonly timeoutMs: number
}

/** What a scripted pod tells of itself. */
export interface PodState {
  readonly pid: number
  readonly state: ContainerState
  /** Milliseconds since 1970; of the script alone. */
  readonly startMs?: number
  readonly endMs?: number
  readonly exitCode?: number
  readonly failure?: { readonly reason: string; readonly message: string; readonly transient: boolean }
}

export async function writeState(folder: string, state: PodState): Promise<void> {
  await writeFile(join(folder, 'state.new'), JSON.stringify(state))
  await rename(join(folder, 'state.new'), join(folder, 'state'))
}

/** Undefined before its first. */
export async function readState(folder: string): Promise<PodState | undefined> {
  const text = await readFile(join(folder, 'state'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : JSON.parse(text)
}
