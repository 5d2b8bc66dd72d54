import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { watchTree } from './watch-tree.ts'

let folder: string
let seen: string[]
let stop: () => void

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-watch-'))
  mkdirSync(join(folder, 'a'))
  writeFileSync(join(folder, 'a', 'file.ts'), '0')
  seen = []
  stop = watchTree(folder, (path) => seen.push(path))
})

afterEach(() => {
  stop()
  rmSync(folder, { recursive: true })
})

test('a file that is replaced again and again is seen each time', async () => {
  for (let round = 0; round < 8; round += 1) {
    seen.length = 0
    const next = join(folder, 'next')
    writeFileSync(next, String(round))
    renameSync(next, join(folder, 'a', 'file.ts'))
    await expect.poll(() => seen).toContain('a/file.ts')
  }
})

test('a file that is written in place, or removed, is seen', async () => {
  writeFileSync(join(folder, 'a', 'file.ts'), '1')
  await expect.poll(() => seen).toContain('a/file.ts')
  seen.length = 0
  rmSync(join(folder, 'a', 'file.ts'))
  await expect.poll(() => seen).toContain('a/file.ts')
})

test('what comes in new folders is seen, also in one that was removed and made again', async () => {
  for (let round = 0; round < 3; round += 1) {
    seen.length = 0
    mkdirSync(join(folder, 'b', 'c'), { recursive: true })
    writeFileSync(join(folder, 'b', 'c', 'file.ts'), '1')
    await expect.poll(() => seen).toContain('b/c/file.ts')
    seen.length = 0
    writeFileSync(join(folder, 'b', 'c', 'file.ts'), '2')
    await expect.poll(() => seen).toContain('b/c/file.ts')
    execFileSync('rm', ['-rf', join(folder, 'b')])
    await expect.poll(() => seen).toContain('b')
  }
})
