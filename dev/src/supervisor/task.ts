import { spawn } from 'node:child_process'
import { closeSync, statSync } from 'node:fs'
import { Refusal } from '../refusal.ts'
import { repository } from '../repository.ts'
import { openLog, reasonIn, tail } from './log-file.ts'
import type { Reaper } from './reaper.ts'

export interface Task {
  /** As in "NAME failed". */
  name: string
  args: string[]
  env: NodeJS.ProcessEnv
  logFile: string
  cwd?: string
  reaper: Reaper
  signal: AbortSignal
}

/** Runs a TypeScript or JavaScript program of ours to its end; a failure is a Refusal with its reason. */
export function runTask({ name, args, env, logFile, cwd = repository, reaper, signal }: Task): Promise<void> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const logFrom = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
    const log = openLog(logFile)
    const child = spawn(process.execPath, args, { env, cwd, stdio: ['ignore', log, log], detached: true })
    closeSync(log)
    const { pid } = child
    if (pid !== undefined) reaper.add(pid, 'TERM')
    const stop = () => child.kill('SIGTERM')
    signal.addEventListener('abort', stop, { once: true })
    child.once('error', reject)
    child.once('exit', (code) => {
      signal.removeEventListener('abort', stop)
      if (pid !== undefined) reaper.remove(pid)
      if (code === 0) return resolve()
      if (signal.aborted) return reject(signal.reason)
      const lines = tail(logFile, logFrom)
      if (lines.some((line) => /ENOSPC|No space left/.test(line))) {
        return reject(new Refusal('The disk is full; free some space (about 1 GB) and start again.'))
      }
      const reason = reasonIn(lines)?.replace(/\.$/, '') ?? `exit code ${code}`
      reject(new Refusal(`${name} failed (${reason}); its log is ${logFile}.`))
    })
  })
}
