import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { errorCode, fileRefusal, Refusal } from '../refusal.ts'
import { identify, isRunning, type ProcessIdentity } from './processes.ts'
import { readText } from './read-text.ts'

/** Takes the home for this process. Gives a function that returns it. */
export function lockHome(lockFile: string): () => void {
  const mine = JSON.stringify(identify(process.pid))
  const draft = `${lockFile}.${process.pid}`
  try {
    writeFileSync(draft, mine)
    // A link appears with its content or not at all, so nobody ever reads half a lock.
    for (let attempt = 0; !linked(draft, lockFile); attempt += 1) {
      const holder = readHolder(lockFile)
      if (holder !== undefined && (isRunning(holder) || attempt > 10)) throw alreadyRunning(lockFile, holder)
      setAside(lockFile)
    }
  } catch (error) {
    throw fileRefusal(error, lockFile)
  } finally {
    rmSync(draft, { force: true })
  }
  return () => {
    if (readText(lockFile) === mine) rmSync(lockFile, { force: true })
  }
}

function linked(draft: string, lockFile: string): boolean {
  try {
    linkSync(draft, lockFile)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** Renaming lets only one of two starts remove the lock of a dead process. */
function setAside(lockFile: string): void {
  const aside = `${lockFile}.stale.${process.pid}`
  try {
    renameSync(lockFile, aside)
    rmSync(aside, { force: true })
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

function readHolder(lockFile: string): ProcessIdentity | undefined {
  try {
    const { pid, startTime } = JSON.parse(readText(lockFile))
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined
  } catch {
    return undefined
  }
}

function alreadyRunning(lockFile: string, holder: ProcessIdentity): Refusal {
  const folder = lockFile.replace(/\/lock$/, '')
  return new Refusal(
    `Fairlead is already running on ${folder} (process ${holder.pid}); stop it first, or set FAIRLEAD_HOME and FAIRLEAD_PORT to start a second copy.`,
  )
}
