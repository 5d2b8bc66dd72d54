import { existsSync } from 'node:fs'
import chromium from '@sparticuz/chromium'

// Without these, Chromium calls its vendor at start, which a closed network answers with errors.
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** FAIRLEAD_CHROMIUM, or the Chromium that an npm package carries, so that nothing is downloaded. */
export async function chromiumExecutable(): Promise<{ executablePath: string; args: string[] }> {
  const chosen = process.env['FAIRLEAD_CHROMIUM']
  if (chosen !== undefined) {
    if (!existsSync(chosen)) throw new Error(`FAIRLEAD_CHROMIUM names ${chosen}, which does not exist`)
    return { executablePath: chosen, args: [...quiet, '--no-sandbox'] }
  }
  // Its own arguments suit a function service: a single process and no web security; we want a browser.
  return {
    executablePath: await chromium.executablePath(),
    args: [...quiet, '--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader'],
  }
}
