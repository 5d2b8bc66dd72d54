import { existsSync, mkdirSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'

interface Launch {
  readonly executablePath?: string
  readonly channel?: string
  readonly args: string[]
}

// Without the first four, Chromium calls its vendor at start, which a closed network answers with errors.
const args = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-sandbox',
]

/**
 * FAIRLEAD_CHROMIUM; else, on Linux, the Chromium that an npm package carries, so that nothing is
 * downloaded; else the installed Chrome.
 */
export async function chromiumLaunch(): Promise<Launch> {
  const chosen = process.env['FAIRLEAD_CHROMIUM']
  if (chosen !== undefined) {
    if (!existsSync(chosen)) throw new Error(`FAIRLEAD_CHROMIUM names ${chosen}, which does not exist`)
    return { executablePath: chosen, args }
  }
  if (platform() !== 'linux' || arch() !== 'x64') return { channel: 'chrome', args }
  // The package's own arguments suit a function service: one process and no web security. We want a browser.
  return { executablePath: await unpackedChromium(), args }
}

/** The package unpacks into the folder for temporary files, where another user's copy may be in the way. */
async function unpackedChromium(): Promise<string> {
  const folder = join(import.meta.dirname, '../../node_modules/.cache/chromium')
  mkdirSync(folder, { recursive: true })
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  try {
    return await chromium.executablePath()
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
}
