// npm run bench -- NAME...: runs the named benches, all of them when none is named.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BenchReport, formatReport } from './report.ts'

const here = dirname(fileURLToPath(import.meta.url))
const available = readdirSync(here).filter((name) => existsSync(join(here, name, 'index.ts')))
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !available.includes(name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. Choose from: ${available.join(', ')}.`)
  process.exit(2)
}
for (const name of asked.length > 0 ? asked : available) {
  const bench: { run(): Promise<BenchReport> } = await import(`./${name}/index.ts`)
  console.log(`${formatReport(await bench.run())}\n`)
}
