import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const runFile = promisify(execFile)

/** Resident memory of a process; 0 once it has gone. From /proc on Linux, from ps elsewhere. */
export async function residentBytes(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0
  try {
    if (process.platform === 'linux') {
      const status = await readFile(`/proc/${pid}/status`, 'utf8')
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
    }
    const { stdout } = await runFile('ps', ['-o', 'rss=', '-p', String(pid)])
    return Number(stdout.trim()) * 1024
  } catch {
    // It ended between two looks; its exit is reported elsewhere.
    return 0
  }
}

/** Bytes of the files in a folder and the folders in it; 0 when it is gone. */
export async function folderBytes(folder: string): Promise<number> {
  let total = 0
  try {
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      if (entry.isFile()) total += (await stat(join(entry.parentPath, entry.name))).size
    }
  } catch (error) {
    // A temporary file of the task went while it was counted: the next look counts again.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return total
}
