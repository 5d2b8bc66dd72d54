import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { installed } from './dependencies.mjs'
import { repository } from './repository.mjs'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-dependencies-'))
afterAll(() => rmSync(folder, { recursive: true }))

const locked = {
  '': {},
  backend: { version: '0.1.0' },
  'node_modules/@fairlead/backend': { resolved: 'backend', link: true },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a-windows': { version: '1.0.0', optional: true, os: ['win32'] },
}

let count = 0
function clone(present?: Record<string, unknown>): string {
  count += 1
  const root = join(folder, String(count))
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: locked }))
  if (present !== undefined) {
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: present }))
  }
  return root
}

test('this clone is installed', () => {
  expect(installed(repository)).toBe(true)
})

test.each([
  ['what the lock file names is there', { 'node_modules/a': { version: '1.0.0' } }, true],
  ['nothing is there', undefined, false],
  ['a package is missing', {}, false],
  ['a package has another version', { 'node_modules/a': { version: '0.9.0' } }, false],
])('%s: %#', (_, present, expected) => {
  expect(installed(clone(present))).toBe(expected)
})
