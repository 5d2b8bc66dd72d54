import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { repository } from '../repository.ts'
import { completeFile } from './complete-file.ts'
import type { Environment } from './environment.ts'
import { completePasswords, readPasswords, writePasswords } from './passwords.ts'
import { secretFiles } from './secret-files.ts'

export interface WrittenSecrets {
  /** Paths from the repository on. */
  written: string[]
  /** To which what is new in Fairlead was added. */
  completed: string[]
  kept: string[]
}

/**
 * Adds the files that are missing, readable for this user alone, and to those that are there what they lack; changes
 * nothing else: a database keeps the password that it was made with.
 */
export function writeSecrets({
  folder,
  namespace,
}: Pick<Environment, 'folder' | 'namespace'>): WrittenSecrets {
  const written: string[] = []
  const completed: string[] = []
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
    if (!existsSync(file)) {
      writeFileSync(file, content, { mode: 0o600, flag: 'wx' })
      written.push(path)
      continue
    }
    const present = readFileSync(file, 'utf8')
    const complete = completeFile(name, present, content)
    if (complete === present) kept.push(path)
    else {
      writeFileSync(file, complete)
      completed.push(path)
    }
  }
  return { written, completed, kept }
}
