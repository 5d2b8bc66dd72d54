import { readdirSync, readFileSync } from 'node:fs'

/** Linux's USER_HZ, which is 100 wherever Node runs. */
const TICKS_PER_SECOND = 100

/**
 * Time on processors that a process has taken so far, with that of its children, also of those that have ended. Unlike
 * time on the clock it says little of what else the machine does.
 */
export function processorSeconds(pid: number): number {
  let ticks = 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = statOf(name)
    if (stat === undefined || (Number(name) !== pid && stat.parent !== pid)) continue
    ticks += stat.own + (Number(name) === pid ? stat.endedChildren : 0)
  }
  return ticks / TICKS_PER_SECOND
}

/** Undefined of a process that has ended meanwhile. */
export function parentOf(pid: number): number | undefined {
  return statOf(String(pid))?.parent
}

function statOf(pid: string): { parent: number; own: number; endedChildren: number } | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // What follows the name, which may hold anything; proc(5) counts from its third field.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  return { parent: field(4), own: field(14) + field(15), endedChildren: field(16) + field(17) }
}
