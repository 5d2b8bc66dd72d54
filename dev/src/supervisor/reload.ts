import { type FSWatcher, watch } from 'node:fs'
import { inRepository } from '../repository.ts'

const watched = ['backend/src', 'proto/gen/server']
/** An editor writes one change as several events. */
const settleMs = 120

/** Calls `reload` after each change of what backend and worker run, one at a time. Gives a stop function. */
export function watchBackend(reload: (changed: string) => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  const watchers: FSWatcher[] = watched.map((folder) =>
    watch(inRepository(folder), { recursive: true }, (_, file) => {
      if (file === null || !/\.ts$/.test(file) || /\.test\.ts$/.test(file)) return
      clearTimeout(timer)
      timer = setTimeout(() => {
        running = running.then(() => reload(`${folder}/${file}`))
      }, settleMs)
    }),
  )
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
