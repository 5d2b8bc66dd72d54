import { randomBytes } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { type Logger, pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { administer } from '../testing/administer.ts'
import { awaitDatabase, awaitSchema } from './await-database.ts'
import { databaseProblem } from './database-problem.ts'
import { migrate } from './migrate.ts'

const server = inject('postgresUrl')
const name = `empty_${randomBytes(6).toString('hex')}`
const url = server.replace(/postgres$/, name)
const { host } = new URL(url)
let lines: string[]
let log: Logger

beforeAll(() => administer(server, `create database ${name}`))
afterAll(() => administer(server, `drop database ${name} with (force)`))
beforeEach(() => {
  lines = []
  const output = new PassThrough()
  output.on('data', (line) => lines.push(JSON.parse(String(line)).msg))
  log = pino(output)
})

async function problemOf(address: string) {
  const error = await awaitDatabase(address, log).then(
    () => undefined,
    (cause) => cause,
  )
  return databaseProblem(error, address)
}

describe('what will not pass is told at once, with what to set', () => {
  test('a wrong password', async () => {
    expect(await problemOf(url.replace(':test@', ':wrong@'))).toEqual({
      passing: false,
      sentence: `PostgreSQL at ${host} does not let the user "fairlead" in with this password. Correct user and password in FAIRLEAD_DATABASE_URL.`,
    })
  })

  test('no password', async () => {
    expect(await problemOf(url.replace(':test@', '@'))).toMatchObject({
      sentence: 'FAIRLEAD_DATABASE_URL has no password. Set it to postgres://USER:PASSWORD@HOST/DATABASE.',
    })
  })

  test('a database that does not exist', async () => {
    expect(await problemOf(`${url}_not`)).toMatchObject({
      sentence: `PostgreSQL at ${host} has no database "${name}_not". Create it, or correct FAIRLEAD_DATABASE_URL.`,
    })
  })
})

test.each([
  ['57P01', 'terminating connection due to administrator command'],
  ['57P02', 'terminating connection because of crash of another server process'],
  ['57P03', 'the database system is starting up'],
  [undefined, 'Connection terminated unexpectedly'],
])('one that stops meanwhile is waited for too: %s %s', (code, message) => {
  const error = Object.assign(new Error(message), code === undefined ? {} : { code })
  expect(databaseProblem(error, url)).toMatchObject({ passing: true })
})

test('a server that is away is waited for', async () => {
  const away = 'postgres://fairlead:test@127.0.0.1:9/fairlead'
  // It never comes, and is waited for until the process ends; the test need not.
  void awaitDatabase(away, log)
  await expect
    .poll(() => lines)
    .toEqual([
      'waiting: PostgreSQL at 127.0.0.1:9 is not reached (ECONNREFUSED). Start it, or correct FAIRLEAD_DATABASE_URL.',
    ])
})

test('the migrations of a release are waited for, and the first that fails is named', async () => {
  await administer(url, 'create table datasets (id int)')
  await expect(migrate(url)).rejects.toThrow(
    'Datasets1763700002000 failed: relation "datasets" already exists',
  )
  const waited = awaitSchema(url, log)
  await expect.poll(() => lines.length).toBe(1)
  expect(lines[0]).toMatch(
    /^waiting for the migrations of this release: Datasets1763700002000 and \d+ more\. The Job migrate applies them\.$/,
  )
  await administer(url, 'drop table datasets')
  await migrate(url)
  await waited
})

test('a release works on the schema of a later one, as after a rollback', async () => {
  await migrate(url)
  await administer(
    url,
    `insert into migrations (timestamp, name) values (9999999999999, 'Later9999999999999')`,
  )
  expect(await migrate(url)).toEqual([])
  await awaitSchema(url, log)
  expect(lines).toEqual([])
})
