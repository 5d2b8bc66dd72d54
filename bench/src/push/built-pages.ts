import { execFileSync } from 'node:child_process'
import { pagesAreStale, buildPages as vite } from '../../../dev/src/frontend/build.ts'

/** Without them the frontend does not start. */
export function buildPages(): void {
  if (pagesAreStale()) execFileSync(process.execPath, vite.args, { cwd: vite.cwd, stdio: ['ignore', 2, 2] })
}
