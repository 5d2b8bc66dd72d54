import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { repository } from '../repository.ts'
import type { Environment } from './environment.ts'
import { completePasswords, readPasswords, writePasswords } from './passwords.ts'
import { secretFiles } from './secret-files.ts'

export interface WrittenSecrets {
  /** Paths from the repository on. */
  written: string[]
  kept: string[]
}

/**
 * Adds the files that are missing, readable for this user alone, and overwrites none: a database keeps the
 * password that it was made with.
 */
export function writeSecrets({
  folder,
  namespace,
}: Pick<Environment, 'folder' | 'namespace'>): WrittenSecrets {
  const written: string[] = []
  const kept: string[] = []
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const passwordsFile = join(folder, 'passwords.env')
  const known = existsSync(passwordsFile) ? readPasswords(readFileSync(passwordsFile, 'utf8')) : {}
  const passwords = completePasswords(known)
  // Only adds: those known are written as they were.
  writeFileSync(passwordsFile, writePasswords(passwords), { mode: 0o600 })
  for (const [name, content] of Object.entries(secretFiles(passwords, namespace))) {
    const file = join(folder, name)
    const path = relative(repository, file)
    if (existsSync(file)) {
      kept.push(path)
      continue
    }
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' })
    written.push(path)
  }
  return { written, kept }
}
