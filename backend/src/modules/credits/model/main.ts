// Random sequences of everything that can be done to credits, by everyone at the same time, with processes killed in
// between, held to a model in memory:
// npm run credits-model -- [--seeds N | --seed N] [--from N] [--rounds N] [--kills CHANCE] [--until-violation]
import { parseArgs } from 'node:util'
import type { DataSource } from 'typeorm'
import { createDataSource } from '../../../database/index.ts'
import { migrate } from '../../../database/migrate.ts'
import { administer } from '../../../testing/administer.ts'
import { startTestIssuer } from '../../../testing/issuer.ts'
import { startPostgresServer } from '../../../testing/postgres-server.ts'
import { Agents } from './agents.ts'
import { seedText, summaryText } from './report.ts'
import { prepare, runSeed, type SeedReport } from './run-seed.ts'

const SEEDS_OF_A_DATABASE = 25

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '40' },
    kills: { type: 'string', default: '0.03' },
    'until-violation': { type: 'boolean', default: false },
  },
})

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new Error(`--${name} is ${text}; it must be a whole number from 1`)
}

const rounds = wholeNumber('rounds', values.rounds)
const from = wholeNumber('from', values.from)
const killChance = Number(values.kills)
const seeds =
  values.seed === undefined
    ? Array.from({ length: wholeNumber('seeds', values.seeds) }, (_, index) => from + index)
    : [wholeNumber('seed', values.seed)]

const releasers = new AsyncDisposableStack()
try {
  const server = await startPostgresServer()
  releasers.defer(() => server.stop())
  await administer(server.url('postgres'), 'create database template')
  await migrate(server.url('template'))
  const issuer = await startTestIssuer()
  releasers.defer(() => issuer.stop())
  const agents = new Agents(2)
  releasers.defer(() => agents.stop())

  const open = async (): Promise<{ url: string; dataSource: DataSource; close(): Promise<void> }> => {
    const name = `model_${process.hrtime.bigint()}`
    await administer(server.url('postgres'), `create database ${name} template template strategy file_copy`)
    const url = server.url(name)
    const dataSource = await createDataSource(url, { applicationName: 'model' }).initialize()
    await prepare({ url, dataSource, issuer, agents })
    return {
      url,
      dataSource,
      async close() {
        await agents.close()
        await dataSource.destroy()
        await administer(server.url('postgres'), `drop database ${name} with (force)`)
      },
    }
  }

  const reports: SeedReport[] = []
  let database = await open()
  for (const seed of seeds) {
    const { url, dataSource } = database
    const report = await runSeed({ seed, rounds, killChance, url, dataSource, issuer, agents })
    reports.push(report)
    process.stdout.write(`${seedText(report)}\n`)
    const isBroken = report.violations.length > 0
    if (isBroken) process.exitCode = 1
    if (isBroken && values['until-violation']) break
    // What one seed broke is not to be found by the next; and a fresh one keeps the later ones as quick as the first.
    if (isBroken || reports.length % SEEDS_OF_A_DATABASE === 0) {
      await database.close()
      database = await open()
    }
  }
  await database.close()
  process.stdout.write(`${summaryText(reports)}\n`)
} finally {
  await releasers.disposeAsync()
}
