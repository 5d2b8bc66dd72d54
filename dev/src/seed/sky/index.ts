import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeMicrowaveSky } from './microwave-sky.ts'
import { writeSpectralCube } from './spectral-cube.ts'
import { SURVEY_TILES, writeSurveyTile } from './survey-tiles.ts'

export interface DemoImage {
  /** Of its file. */
  name: string
  /** The same bytes on every machine. */
  write(path: string): Promise<void>
}

export const demoImages: readonly DemoImage[] = [
  { name: 'microwave-sky.fits', write: writeMicrowaveSky },
  { name: 'spectral-cube.fits', write: writeSpectralCube },
  ...SURVEY_TILES.map((tile) => ({
    name: `survey-tile-${tile.number}.fits`,
    write: (path: string) => writeSurveyTile(path, tile),
  })),
]

/** Makes the demo images that are missing from a folder. Returns the paths of those made. */
export async function makeDemoDatasets(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const made: string[] = []
  for (const { name, write } of demoImages) {
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
