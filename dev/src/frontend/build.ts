import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inRepository } from '../repository.ts'

const index = inRepository('frontend', 'dist', 'index.html')
const sources = [
  inRepository('frontend', 'src'),
  inRepository('frontend', 'public'),
  inRepository('frontend', 'index.html'),
  inRepository('frontend', 'vite.config.ts'),
  inRepository('frontend', 'package.json'),
  inRepository('proto', 'gen', 'web'),
]

/** Whether the built pages are missing or older than what they are made of. */
export function pagesAreStale(): boolean {
  if (!existsSync(index)) return true
  const builtAt = statSync(index).mtimeMs
  return sources.some((path) => newest(path) > builtAt)
}

/** Folders count too: removing a file changes its folder alone. */
function newest(path: string): number {
  const entry = statSync(path, { throwIfNoEntry: false })
  if (entry === undefined) return 0
  if (!entry.isDirectory()) return entry.mtimeMs
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

/** What `vite build` needs: run in the frontend's folder. */
export const buildPages = {
  args: [inRepository('node_modules', 'vite', 'bin', 'vite.js'), 'build'],
  cwd: inRepository('frontend'),
}
