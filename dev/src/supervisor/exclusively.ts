import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from '../refusal.ts'
import { identify, isRunning } from './processes.ts'

const retryMs = 100

/** Runs the work while no other process of ours runs under the same file; waits for its turn. */
export async function exclusively<T>(
  lockFile: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  while (!taken(lockFile)) await delay(retryMs, undefined, { signal })
  try {
    return await work()
  } finally {
    rmSync(lockFile, { force: true })
  }
}

function taken(lockFile: string): boolean {
  try {
    writeFileSync(lockFile, JSON.stringify(identify(process.pid)), { flag: 'wx' })
    return true
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
    if (!held(lockFile)) rmSync(lockFile, { force: true })
    return false
  }
}

const writtenWithinMs = 2000

/** What cannot be read was just made and is being written, or its maker died over it. */
function held(lockFile: string): boolean {
  try {
    return isRunning(JSON.parse(readFileSync(lockFile, 'utf8')))
  } catch {
    const madeAt = statSync(lockFile, { throwIfNoEntry: false })?.mtimeMs
    return madeAt !== undefined && Date.now() - madeAt < writtenWithinMs
  }
}
