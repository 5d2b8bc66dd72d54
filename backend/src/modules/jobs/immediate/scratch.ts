import { mkdir, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'fairlead-immediate-'

/**
 * A folder of this process's own among the temporary files of the machine; what processes left there that were
 * killed is removed.
 */
export async function openScratch(parent: string = tmpdir()): Promise<{ folder: string } & AsyncDisposable> {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN
    if (Number.isInteger(pid) && (pid === process.pid || !isAlive(pid))) {
      await rm(join(parent, name), { recursive: true, force: true })
    }
  }
  const folder = join(parent, `${PREFIX}${process.pid}`)
  await mkdir(folder, { mode: 0o700 })
  return {
    folder,
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, and is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
