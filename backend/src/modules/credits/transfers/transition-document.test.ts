import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { transitions } from './transfer-transitions.ts'
import { transitionDiagram, withTransitions } from './transition-document.ts'

const guide = fileURLToPath(new URL('../../../../../docs/transfers.md', import.meta.url))

// `vitest run -u` on this file writes the guide anew.
test('the guide has the table and the diagram as the program has them', async () => {
  const text = await readFile(guide, 'utf8')
  expect(text.match(/<!-- transitions: \w+ -->/g)).toHaveLength(2)
  await expect(withTransitions(text)).toMatchFileSnapshot(guide)
})

test('the diagram has an arrow for each transition', () => {
  const arrows = transitionDiagram().match(/^ {2}(\[\*\]|[A-Z_]+) --> [A-Z_]+: .+$/gm)
  expect(arrows).toHaveLength(transitions.length)
})
