import { join } from 'node:path'

/** The folder that holds package.json. */
export const repository = join(import.meta.dirname, '..', '..')

export function inRepository(...parts: string[]): string {
  return join(repository, ...parts)
}
