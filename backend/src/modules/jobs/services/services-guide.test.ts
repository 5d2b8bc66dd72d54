import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { jobServices } from '../../../job-services.ts'
import { PARAMETER_KINDS } from './job-service.ts'

const guide = readFileSync(new URL('../../../../../docs/services.md', import.meta.url), 'utf8')
/** Blocks that name the file they quote: "```ts statistics/run-statistics.ts". */
const quotes = [...guide.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)].map(([, file = '', text = '']) => ({
  file,
  text,
}))

describe('docs/services.md', () => {
  it('quotes the service, its run, its collect and its registration', () => {
    expect(quotes.map(({ file }) => file)).toEqual([
      'statistics/statistics-service.ts',
      'statistics/run-statistics.ts',
      'statistics/collect-statistics.ts',
      'index.ts',
    ])
  })

  it.each(quotes.map(({ file, text }) => [file, text]))('quotes %s as it is', (file, text) => {
    expect(text).toBe(readFileSync(new URL(file, import.meta.url), 'utf8'))
  })

  it('keeps its word of 60 lines for the service, which the system offers', () => {
    const [service] = quotes
    expect(service?.text.trimEnd().split('\n').length).toBeLessThanOrEqual(60)
    expect(jobServices.map(({ id }) => id)).toContain('statistics')
  })

  it('explains every kind of parameter, and no other', () => {
    const explained = [...guide.matchAll(/^\| ([A-Z]+) +\|/gm)].map(([, kind]) => kind)
    expect(explained).toEqual([...PARAMETER_KINDS])
  })

  it('names helpers that exist', () => {
    const helpers = {
      bands: ['bandParameter', 'readBands'],
      'plan-areas': ['planAreas'],
      'plan-image': ['planImages'],
    }
    for (const [file, names] of Object.entries(helpers)) {
      const source = readFileSync(new URL(`images/${file}.ts`, import.meta.url), 'utf8')
      for (const name of names) {
        expect(guide).toContain(`\`${name}\``)
        expect(source).toMatch(new RegExp(`export (async function|function|const) ${name}\\b`))
      }
    }
  })
})
