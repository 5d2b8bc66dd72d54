import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ifPresent } from './durable-files.ts'

// Longer than any write takes: another process may be at it.
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000

/**
 * Where writes stand until they are whole: one folder beside the objects, on the same file system, so that a rename
 * publishes them. No key can name it, for keys have no segment that begins with a dot. The first call makes it and
 * clears what a process that was killed left.
 */
export function unfinishedFolder(storeFolder: string, now: () => Date): () => Promise<string> {
  const folder = join(storeFolder, '.unfinished')
  let swept = false
  return async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (!swept) {
      swept = true
      await sweep(folder, now().getTime() - ABANDONED_AFTER_MS)
    }
    return folder
  }
}

async function sweep(folder: string, abandonedMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await ifPresent(() => stat(path))
    if (found !== undefined && found.mtimeMs < abandonedMs) await rm(path, { recursive: true, force: true })
  }
}
