import { setTimeout as delay } from 'node:timers/promises'
import { watchSources } from '../supervisor/reload.ts'
import { Program, type ProgramOptions } from './program.ts'

export interface KeepRunningOptions extends ProgramOptions {
  /** Folders of the repository that the program's sources are in. */
  watched: readonly string[]
  /** Aborted when the pod is asked to end. */
  stopping: AbortSignal
  say(line: string): void
}

/** Open streams would hold a graceful stop up. */
const graceMs = 1000
const firstBackoffMs = 1000
const longestBackoffMs = 15_000

/**
 * Runs a program until the pod is asked to end: anew after each change of its sources, and after it has ended by
 * itself, which a wrong source or a database that is not there yet make it do. The container goes on meanwhile, and
 * with it the files that were copied into it.
 */
export async function keepRunning(options: KeepRunningOptions): Promise<void> {
  const { entry, watched, stopping, say } = options
  let changed = Promise.withResolvers<string>()
  const stopWatching = watchSources(watched, (file) => changed.resolve(file))
  const stopped = new Promise<void>((resolve) => {
    stopping.addEventListener('abort', () => resolve(), { once: true })
  })
  let next: Program | undefined
  let backoffMs = firstBackoffMs
  try {
    while (!stopping.aborted) {
      const program = next?.alive === true ? next : new Program(options)
      next = undefined
      // What changed up to here is in this run.
      changed = Promise.withResolvers()
      program.run()
      // Not earlier, so as not to take its processor.
      program.started.then(() => {
        if (program.alive && !stopping.aborted) next ??= new Program(options)
      })
      const startedAt = Date.now()
      const ended = program.ended.then((how) => ({ how }))
      const outcome = await Promise.race([ended, changed.promise, stopped])
      if (typeof outcome === 'string') {
        say(`${outcome} changed; running ${entry} anew`)
        backoffMs = firstBackoffMs
        await program.stop(graceMs)
      } else if (outcome === undefined) {
        // The kubelet knows how long this may take.
        program.terminate()
        await program.ended
      } else {
        if (Date.now() - startedAt > longestBackoffMs) backoffMs = firstBackoffMs
        say(`${entry} ${outcome.how}; running it again in ${backoffMs / 1000} s, or when a source changes`)
        await Promise.race([delay(backoffMs, undefined, { ref: false }), changed.promise, stopped])
        backoffMs = Math.min(longestBackoffMs, backoffMs * 2)
      }
    }
  } finally {
    stopWatching()
    await next?.stop(graceMs)
  }
}
