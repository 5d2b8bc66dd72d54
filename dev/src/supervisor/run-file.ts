import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Ports } from './ports.ts'
import { endProcess, isRunning } from './processes.ts'

export type ChildState = 'starting' | 'ready' | 'waiting' | 'stopped'

export interface ChildRecord {
  pid: number | null
  startTime: string | null
  state: ChildState
  /** How often it was started again after a crash. */
  restarts: number
}

/** What a running Fairlead tells the commands beside it, and the next start about this one. No secrets. */
export interface RunInfo {
  version: 1
  /** The supervisor's. */
  pid: number
  mode: 'start' | 'dev'
  ready: boolean
  startedAt: string
  url: string
  /** The user's own; left out with the development identity provider. */
  issuer?: string
  home: string
  /** FAIRLEAD_DATASETS as the backend has it. */
  datasets: string
  ports: Ports
  children: Record<string, ChildRecord>
}

export function readRunInfo(path: string): RunInfo | undefined {
  try {
    const info = JSON.parse(readFileSync(path, 'utf8')) as RunInfo
    return info.version === 1 ? info : undefined
  } catch {
    return undefined
  }
}

/** Renamed into place, so that a reader never sees half of it. */
export function writeRunInfo(path: string, info: RunInfo): void {
  const draft = `${path}.draft`
  writeFileSync(draft, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}

export function removeRunInfo(path: string): void {
  rmSync(path, { force: true })
}

/** Ends what an earlier run left behind when it and its reaper were killed outright. */
export async function endLeftovers(path: string): Promise<string[]> {
  const children = Object.entries(readRunInfo(path)?.children ?? {})
  const ended = await Promise.all(
    children.map(async ([name, { pid, startTime }]) => {
      if (pid === null || startTime === null || !isRunning({ pid, startTime })) return []
      await endProcess({ pid, startTime }, name === 'postgres' ? 'SIGINT' : 'SIGTERM', 5000)
      return [name]
    }),
  )
  removeRunInfo(path)
  return ended.flat()
}
