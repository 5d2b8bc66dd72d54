// The chaos run: npm run chaos -- [--seeds N | --seed N] [--jobs N] [--report FOLDER]. See docs/faults.md.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { makePlan } from './plan.ts'
import { type SeedReport, seedText, summaryText } from './report.ts'
import { runSeed } from './run-seed.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: '200' },
    report: { type: 'string', default: join(import.meta.dirname, '../../test-results/chaos') },
  },
})

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new Error(`--${name} is ${text}; it must be a whole number from 1`)
}

const jobs = wholeNumber('jobs', values.jobs)
const seeds =
  values.seed === undefined
    ? Array.from({ length: wholeNumber('seeds', values.seeds) }, (_, index) => index + 1)
    : [wholeNumber('seed', values.seed)]
const folder = resolve(values.report)
mkdirSync(folder, { recursive: true })

const reports: SeedReport[] = []
const texts: string[] = []
const say = (text: string) => {
  texts.push(text)
  console.log(text)
}
for (const seed of seeds) {
  const report = await runSeed(makePlan(seed, jobs), join(folder, `seed-${seed}-logs`))
  reports.push(report)
  say(seedText(report))
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(reports, null, 2)}\n`)
}
say(summaryText(reports))
writeFileSync(join(folder, 'report.txt'), `${texts.join('\n')}\n`)
console.log(`report: ${folder}`)
if (reports.some(({ violations }) => violations.length > 0)) process.exitCode = 1
