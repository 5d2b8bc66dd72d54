import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findEnvoy } from '../envoy/binary.ts'
import { buildPages, pagesAreStale } from '../frontend/build.ts'
import { demoAccounts, seedFile } from '../identity/accounts.ts'
import { checkOutsideIssuer } from '../identity/outside-issuer.ts'
import { postgresBinaries } from '../postgres/binaries.ts'
import { checkDataFolder, ensureDataFolder } from '../postgres/data-folder.ts'
import {
  damageRefusal,
  endLeftoverServer,
  ensureDatabase,
  ensurePushRole,
  postgresSpec,
} from '../postgres/server.ts'
import { postgresUser } from '../postgres/system-user.ts'
import { Refusal } from '../refusal.ts'
import { inRepository } from '../repository.ts'
import { type Bus, brokerProblem } from './bus.ts'
import { Child, type ChildSpec } from './child.ts'
import * as specs from './children.ts'
import type { Console } from './console.ts'
import { type Environment, makeEnvironment, userDatasets } from './environment.ts'
import { exclusively } from './exclusively.ts'
import { type Home, openHome } from './home.ts'
import { lockHome } from './lock.ts'
import { choosePorts, hasIpv6Loopback, type Ports } from './ports.ts'
import { Reaper } from './reaper.ts'
import { watchBackend } from './reload.ts'
import { endLeftovers, type RunInfo, removeRunInfo, writeRunInfo } from './run-file.ts'
import { runTask } from './task.ts'

export interface Options {
  env: NodeJS.ProcessEnv
  mode: 'start' | 'dev'
  console: Console
}

const FRONT_DOOR_MS = 60_000
/** Open streams would hold a graceful stop up. */
const reloadGraceMs = 1000

/** Starts everything in order, keeps it running, and stops it in reverse. */
export class Supervisor {
  readonly #options: Options
  readonly #stopping = new AbortController()
  readonly #startedAt = new Date().toISOString()
  /** In the order of their start. */
  readonly #children: Child[] = []
  readonly #reaper = new Reaper()
  readonly #home: Home
  readonly #unlock: () => void
  #ports: Ports | undefined
  #environment: Environment | undefined
  #ready = false
  #stopWatching: (() => void) | undefined

  constructor(options: Options) {
    this.#options = options
    this.#home = openHome(options.env)
    this.#unlock = lockHome(this.#home.lockFile)
  }

  get home(): Home {
    return this.#home
  }

  /** Aborts as soon as a stop is asked for. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  async start(): Promise<Environment> {
    const { console, env, mode } = this.#options
    this.#checkUserDatasets()
    checkDataFolder(this.#home.database)
    const left = [
      ...(await endLeftovers(this.#home.runFile)),
      ...((await endLeftoverServer(this.#home)) ? ['postgres'] : []),
    ]
    if (left.length > 0) console.note(`Ended what an earlier run had left: ${left.join(', ')}`)
    const ports = await choosePorts(env)
    const environment = makeEnvironment(env, this.#home, ports, mode)
    this.#ports = ports
    this.#environment = environment
    const database = this.#startDatabase(environment, ports)
    const all = await Promise.allSettled(
      [
        database,
        this.#startWork(environment, ports, database),
        this.#startPages(environment, ports, database),
        this.#checkBus(environment.bus),
        this.#startBeside(environment, ports),
        this.#startEnvoy(environment, ports),
      ].map((part) => this.#orStopAll(part)),
    )
    throwFirst(all)
    await console.step('Front door', () =>
      specs
        .frontDoorReady(environment)(AbortSignal.any([this.stopping, AbortSignal.timeout(FRONT_DOOR_MS)]))
        .catch((error: unknown) => {
          if (this.stopping.aborted) throw error
          throw new Refusal(
            `The front door at ${environment.url} does not answer within ${FRONT_DOOR_MS / 1000} s; its log is ${join(this.#home.logs, 'envoy.log')}.`,
          )
        }),
    )
    this.#ready = true
    this.#record()
    if (mode === 'dev') this.#stopWatching = watchBackend((changed) => this.#reload(changed))
    return environment
  }

  /** Backend and worker anew, with the sources as they are now. */
  async #reload(changed: string): Promise<void> {
    const { console } = this.#options
    const reloaded = this.#children
      .filter(({ name }) => name === 'backend' || name.startsWith('worker'))
      .map((child) => child.restart(reloadGraceMs))
    try {
      await Promise.all(reloaded)
      console.note(`Reloaded backend and worker (${changed})`)
    } catch (error) {
      // What does not start is tried again by itself, and after the next change at once.
      if (!this.stopping.aborted) console.warn(error instanceof Refusal ? error.message : String(error))
    }
  }

  /** One failed part makes the others' work vain; the first reason is the one to show. */
  async #orStopAll(part: Promise<void>): Promise<void> {
    try {
      await part
    } catch (error) {
      this.#stopping.abort(error)
      throw error
    }
  }

  async #startDatabase({ bus }: Environment, ports: Ports): Promise<void> {
    const { console } = this.#options
    const binaries = postgresBinaries()
    const user = postgresUser()
    await console.step(
      'PostgreSQL',
      async (report) => {
        report('making the database')
        const made = await ensureDataFolder(this.#home, binaries, user)
        report('')
        try {
          await this.#startChild(postgresSpec(this.#home, ports.postgres, binaries, user))
        } catch (error) {
          throw damageRefusal(error, this.#home)
        }
        await ensureDatabase(this.#home, ports.postgres)
        if (bus.kind === 'postgresql') await ensurePushRole(this.#home, ports.postgres)
        return made
      },
      (made) => (made ? 'new database' : ''),
    )
  }

  /** Schema, the first organisations, the demo images; then what works on them. */
  async #startWork(environment: Environment, ports: Ports, database: Promise<void>): Promise<void> {
    const { console } = this.#options
    const images = this.#makeDemoImages(environment)
    images.catch(() => undefined)
    await database
    await console.step('Schema', () =>
      this.#task('migrate', [inRepository('backend/src/migrate.ts')], environment.backend),
    )
    await console.step('Organisations', () =>
      this.#task('seed', [inRepository('backend/src/seed.ts'), seedFile], environment.backend),
    )
    await images
    await Promise.all([
      console.step('Backend', () => this.#startChild(specs.backendSpec(environment, ports))),
      console.step('Worker', async () => {
        const workers = specs.workerSpecs(environment, ports)
        await Promise.all(workers.map((worker) => this.#startChild(worker)))
      }),
    ])
  }

  async #makeDemoImages(environment: Environment): Promise<void> {
    if (this.#options.env['FAIRLEAD_DEMO_IMAGES'] === 'off') return
    await this.#options.console.step('Demo images', () =>
      this.#task(
        'demo-images',
        [inRepository('dev/src/seed/make-demo-datasets.ts'), this.#home.datasets],
        environment.backend,
      ),
    )
  }

  /** A broker that does not answer stops nothing: worker and frontend go on trying. */
  async #checkBus(bus: Bus): Promise<void> {
    const { console } = this.#options
    const name = bus.kind === 'postgresql' ? 'PostgreSQL' : `RabbitMQ at ${bus.address}`
    const problem = await console.step(
      'Messages',
      async () => (bus.kind === 'postgresql' ? undefined : brokerProblem(bus)),
      () => `by ${name}`,
    )
    if (problem === undefined) return
    console.warn(`${name} cannot be used (${problem}); messages wait in the database until it can.`)
  }

  async #startPages(environment: Environment, ports: Ports, database: Promise<void>): Promise<void> {
    const { console, mode } = this.#options
    if (mode === 'start' && pagesAreStale()) {
      await console.step(
        'Pages',
        () =>
          // Two copies that start at once on one clone build once.
          exclusively(inRepository('node_modules', '.fairlead-pages.lock'), this.stopping, async () => {
            if (!pagesAreStale()) return
            await this.#task('build', buildPages.args, environment.frontend, buildPages.cwd)
          }),
        () => 'built',
      )
    }
    // It listens there.
    await database
    await console.step('Frontend', () => this.#startChild(specs.frontendSpec(environment, ports)))
  }

  async #startBeside(environment: Environment, ports: Ports): Promise<void> {
    const { console } = this.#options
    await Promise.all([
      this.#startIdentity(environment, ports),
      console.step('Mail', () =>
        this.#startChild(specs.mailSpec(environment, ports, (line) => console.note(line))),
      ),
    ])
  }

  async #startIdentity(environment: Environment, ports: Ports): Promise<void> {
    const { console } = this.#options
    const { embeddedIdentity, issuer } = environment
    await console.step(
      'Identity provider',
      async () => {
        if (embeddedIdentity) await this.#startChild(specs.identitySpec(environment, ports))
        else await checkOutsideIssuer(issuer, environment.backend)
      },
      () => (embeddedIdentity ? '' : issuer),
    )
  }

  async #startEnvoy(environment: Environment, ports: Ports): Promise<void> {
    const { console, env, mode } = this.#options
    await console.step('Envoy', async (report) => {
      const binary = await findEnvoy(env, report)
      report('')
      const listenIpv6 = await hasIpv6Loopback()
      const hotReload = mode === 'dev'
      const outsideIssuer = environment.embeddedIdentity ? undefined : environment.issuer
      await this.#startChild(
        specs.envoySpec({ binary, env, home: this.#home, ports, outsideIssuer, listenIpv6, hotReload }),
      )
    })
  }

  async #startChild(spec: ChildSpec): Promise<void> {
    this.stopping.throwIfAborted()
    const child = new Child(spec, {
      logFile: join(this.#home.logs, `${spec.name}.log`),
      console: this.#options.console,
      reaper: this.#reaper,
      onChange: () => this.#record(),
    })
    this.#children.push(child)
    await child.start()
  }

  #task(name: string, args: string[], env: NodeJS.ProcessEnv, cwd?: string): Promise<void> {
    const logFile = join(this.#home.logs, `${name}.log`)
    const where = cwd === undefined ? {} : { cwd }
    return runTask({ name, args, env, logFile, reaper: this.#reaper, signal: this.stopping, ...where })
  }

  /** In reverse order of start. `graceMs` shortens the time each may take. */
  async stop(graceMs?: number): Promise<void> {
    this.#ready = false
    this.#stopWatching?.()
    this.#stopping.abort(new Refusal('Fairlead was stopped before it was ready.'))
    for (const child of [...this.#children].reverse()) await child.stop(graceMs)
    this.#reaper.close()
    removeRunInfo(this.#home.runFile)
    this.#unlock()
  }

  #checkUserDatasets(): void {
    for (const folder of userDatasets(this.#options.env)) {
      if (existsSync(folder)) continue
      throw new Refusal(
        `FAIRLEAD_DATASETS names ${folder}, which does not exist; make the folder or correct the setting.`,
      )
    }
  }

  #record(): void {
    if (this.#ports === undefined || this.#environment === undefined) return
    const info: RunInfo = {
      version: 1,
      pid: process.pid,
      mode: this.#options.mode,
      ready: this.#ready,
      startedAt: this.#startedAt,
      url: this.#environment.url,
      ...(this.#environment.embeddedIdentity ? {} : { issuer: this.#environment.issuer }),
      home: this.#home.folder,
      datasets: this.#environment.datasets,
      ports: this.#ports,
      children: Object.fromEntries(this.#children.map((child) => [child.name, child.record])),
    }
    writeRunInfo(this.#home.runFile, info)
  }
}

/** Of several failures the first in time is the cause; the others were aborted by it. */
function throwFirst(results: PromiseSettledResult<void>[]): void {
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  if (failures.length === 0) return
  throw failures.find((reason) => reason instanceof Refusal) ?? failures[0]
}

export function accountsTable(): string[] {
  const rows = [
    ['User', 'Password', 'Organisation', 'Role'],
    ...demoAccounts().map(({ username, organization, role }) => [username, username, organization, role]),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
