import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InsufficientStorage } from '../../ports/objects.ts'

/**
 * Moves what is complete, a file or a folder whose files are synchronised, to its place so that it survives a power cut.
 * What stood there goes into `attic` first where a rename cannot replace it, and is deleted from there.
 */
export async function place(source: string, target: string, attic: string): Promise<void> {
  const folder = dirname(target)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await rename(source, target).catch(async (error: unknown) => {
    if (!['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'].some((code) => hasCode(error, code))) throw error
    await removeAtOnce(target, attic)
    await rename(source, target)
  })
  await syncFolder(folder)
}

/** Deletes a file, or a folder with all that is in it: nobody sees less than the whole meanwhile. Idempotent. */
export async function removeAtOnce(path: string, attic: string): Promise<void> {
  await mkdir(attic, { recursive: true, mode: 0o700 })
  const leaving = join(attic, randomUUID())
  await ifPresent(() => rename(path, leaving))
  await rm(leaving, { recursive: true, force: true })
}

/** Puts the content of a file onto the disk, and answers its size. */
export async function syncFile(path: string): Promise<number> {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}

export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder; NTFS journals names itself.
  if (process.platform === 'win32') return
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Undefined where what is acted on is absent. */
export async function ifPresent<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw error
  }
}

export function isAbsence(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** Runs what writes; a disk or an allotment that is full becomes InsufficientStorage. */
export async function writing<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (error instanceof Error && (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT'))) {
      throw new InsufficientStorage(error.message, { cause: error })
    }
    throw error
  }
}
