import { readdirSync, readFileSync } from 'node:fs'

/** A process by pid and start time, since the system gives pids again. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly group: number
  /** In clock ticks since boot. */
  readonly startTime: string
}

/** Every process of this machine that runs, by proc(5); a zombie does not. */
function processes(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readProcess(pid))
}

function readProcess(pid: string): ProcessEntry[] {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // It ended since its name was read.
    return []
  }
  // The command in parentheses may hold anything: fields count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z') return []
  return [
    { pid: Number(pid), parent: Number(fields[1]), group: Number(fields[2]), startTime: fields[19] ?? '' },
  ]
}

export function childrenOf(pid: number): ProcessEntry[] {
  return processes().filter(({ parent }) => parent === pid)
}

/** Which of them run still. */
export function stillRunning(entries: readonly ProcessEntry[]): ProcessEntry[] {
  const running = new Map(processes().map((entry) => [entry.pid, entry.startTime]))
  return entries.filter(({ pid, startTime }) => running.get(pid) === startTime)
}

/** For people; only the pid of one that has ended meanwhile. */
export function commandOf({ pid }: ProcessEntry): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()}`
  } catch {
    return String(pid)
  }
}
