import { join, resolve } from 'node:path'
import { repository } from '../repository.ts'
import { watchTree } from './watch-tree.ts'

/** An editor writes one change as several events. */
const settleMs = 120

/** Calls `changed` after changes of TypeScript below these folders of the repository. Gives a stop function. */
export function watchSources(folders: readonly string[], changed: (file: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const stops = folders.map((folder) =>
    watchTree(resolve(repository, folder), (path) => {
      if (!/\.ts$/.test(path) || /\.test\.ts$/.test(path)) return
      clearTimeout(timer)
      timer = setTimeout(() => changed(join(folder, path)), settleMs)
    }),
  )
  return () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
}

/** Calls `reload` after each change of what backend and worker run, one at a time. Gives a stop function. */
export function watchBackend(reload: (changed: string) => Promise<void>): () => void {
  let running = Promise.resolve()
  return watchSources(['backend/src', 'proto/gen/server'], (file) => {
    running = running.then(() => reload(file))
  })
}
