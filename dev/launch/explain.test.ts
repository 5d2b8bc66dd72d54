import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commands, explain } from './explain.mjs'
import { inRepository } from './repository.mjs'

const { scripts } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

test('every command that is explained exists', () => {
  const names = commands.map(([command = '']) => /^npm (?:run )?(\S+)/.exec(command)?.[1] ?? command)
  expect(names.filter((name) => scripts[name] === undefined)).toEqual([])
})

test('the table names start first and the settings last', () => {
  const lines = explain().trimEnd().split('\n')
  expect(lines[2]).toMatch(/^ {2}npm start {2,}Install/)
  expect(lines.at(-1)).toContain('FAIRLEAD_HOME')
})
