import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openScratch } from './scratch.ts'

test('the folder of a process is its own, and what killed processes left is removed', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'fairlead-scratch-test-'))
  try {
    const { pid: dead } = spawnSync(process.execPath, ['--version'])
    for (const name of [
      `fairlead-immediate-${dead}`,
      `fairlead-immediate-${process.ppid}`,
      'fairlead-immediate-x',
    ]) {
      await mkdir(join(parent, name))
      await writeFile(join(parent, name, 'left.fits'), 'pixels')
    }
    const scratch = await openScratch(parent)
    const others = [`fairlead-immediate-${process.ppid}`, 'fairlead-immediate-x']
    expect((await readdir(parent)).toSorted()).toEqual(
      [...others, `fairlead-immediate-${process.pid}`].toSorted(),
    )
    await scratch[Symbol.asyncDispose]()
    expect((await readdir(parent)).toSorted()).toEqual(others.toSorted())
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
})
