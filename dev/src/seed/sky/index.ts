import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeMicrowaveSky } from './microwave-sky.ts'
import { writeSpectralCube } from './spectral-cube.ts'
import { SURVEY_TILES, writeSurveyTile } from './survey-tiles.ts'

/**
 * Makes the demo images that are missing from a folder: microwave-sky.fits, spectral-cube.fits and
 * survey-tile-1.fits to survey-tile-4.fits. The same bytes on every machine. Returns the paths of those made.
 */
export async function makeDemoDatasets(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const makers: [name: string, write: (path: string) => Promise<void>][] = [
    ['microwave-sky.fits', writeMicrowaveSky],
    ['spectral-cube.fits', writeSpectralCube],
    ...SURVEY_TILES.map((tile): [string, (path: string) => Promise<void>] => [
      `survey-tile-${tile.number}.fits`,
      (path) => writeSurveyTile(path, tile),
    ]),
  ]
  const made: string[] = []
  for (const [name, write] of makers) {
    const path = join(folder, name)
    if (await exists(path)) continue
    await write(path)
    made.push(path)
  }
  return made
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
