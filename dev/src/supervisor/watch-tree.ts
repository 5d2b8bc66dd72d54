import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join, relative } from 'node:path'

/**
 * Calls `changed` with the path, below the folder, of what is made, written or removed there. Gives a stop function.
 *
 * On Linux by one watch per folder: Node's own recursive watch holds on to each file there, and loses one that was
 * replaced, as tar and many editors do it, after a few times.
 */
export function watchTree(root: string, changed: (path: string) => void): () => void {
  if (process.platform !== 'linux') {
    const watcher = watch(root, { recursive: true }, (_, path) => {
      if (path !== null) changed(path)
    })
    return () => watcher.close()
  }
  const watchers = new Map<string, FSWatcher>()

  /** Of a folder that comes later, files may have come before its watch. */
  const add = (folder: string, isNew: boolean) => {
    if (watchers.has(folder)) return
    const watcher = watch(folder, (_, name) => {
      if (name === null) return
      const path = join(folder, name)
      changed(relative(root, path))
      if (isFolder(path)) add(path, true)
      else drop(path)
    })
    // The folder is gone; its parent's watch tells of that.
    watcher.on('error', () => drop(folder))
    watchers.set(folder, watcher)
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (isNew) changed(relative(root, path))
      if (entry.isDirectory()) add(path, isNew)
    }
  }

  const drop = (folder: string) => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }

  add(root, false)
  return () => {
    for (const watcher of watchers.values()) watcher.close()
  }
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path)
    return true
  } catch (error) {
    if (['ENOTDIR', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}
