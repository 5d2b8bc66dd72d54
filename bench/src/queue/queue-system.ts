import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { DataSource } from 'typeorm'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { migrate } from '../../../backend/src/database/migrate.ts'
import { insertJob } from '../../../backend/src/modules/jobs/job-store.ts'
import { checkParameters } from '../../../backend/src/modules/jobs/services/parameters.ts'
import { administer } from '../../../backend/src/testing/administer.ts'
import { startPostgresServer } from '../../../backend/src/testing/postgres-server.ts'
import { idleService } from './idle-service.ts'

/** PostgreSQL with databases of their own for each measurement, and workers as processes of their own. */
export class QueueServer {
  readonly #postgres: Awaited<ReturnType<typeof startPostgresServer>>
  readonly #stack: AsyncDisposableStack
  readonly folder: string

  constructor(
    postgres: Awaited<ReturnType<typeof startPostgresServer>>,
    stack: AsyncDisposableStack,
    folder: string,
  ) {
    this.#postgres = postgres
    this.#stack = stack
    this.folder = folder
  }

  static async start(): Promise<QueueServer> {
    const stack = new AsyncDisposableStack()
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
    stack.defer(() => rmSync(folder, { recursive: true, force: true }))
    const postgres = await startPostgresServer()
    stack.defer(() => postgres.stop())
    return new QueueServer(postgres, stack, folder)
  }

  async database(name: string): Promise<QueueDatabase> {
    await administer(this.#postgres.url('postgres'), `create database ${name}`)
    const url = this.#postgres.url(name)
    await migrate(url)
    const dataSource = await createDataSource(url, { statementTimeoutMs: 0 }).initialize()
    this.#stack.defer(() => dataSource.destroy())
    const database = new QueueDatabase(url, dataSource)
    await database.addUser()
    return database
  }

  /** Starts a module as a process that says when it is ready. */
  async process(module: string, ...args: readonly string[]): Promise<() => Promise<void>> {
    const child: ChildProcess = fork(new URL(module, import.meta.url), [...args], {
      stdio: ['ignore', 2, 2, 'ipc'],
    })
    let ended = false
    const stop = async () => {
      if (ended) return
      ended = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    }
    this.#stack.defer(stop)
    await once(child, 'message')
    return stop
  }

  stop(): Promise<void> {
    return this.#stack.disposeAsync()
  }
}

export class QueueDatabase {
  readonly url: string
  readonly dataSource: DataSource
  readonly #owner = randomUUID()

  constructor(url: string, dataSource: DataSource) {
    this.url = url
    this.dataSource = dataSource
  }

  async addUser(): Promise<void> {
    await this.dataSource.query(
      `insert into users (id, issuer, subject, email, display_name)
       values ($1, 'bench', 'bench', 'bench@example.org', 'Bench')`,
      [this.#owner],
    )
  }

  async organization(slug: string): Promise<string> {
    const id = randomUUID()
    await this.dataSource.query(
      `insert into organizations (id, slug, display_name, kind) values ($1, $2, $2, 'MEMBER')`,
      [id, slug],
    )
    return id
  }

  /** Plans and queues a job of idle tasks, as a submit does; returns its id. */
  async submit(organizationId: string, tasks: number, ms: number, collects = true): Promise<string> {
    const parameters = [
      { name: 'COUNT', value: String(tasks) },
      { name: 'MS', value: String(ms) },
    ]
    const planned = await idleService.plan(checkParameters(idleService.parameters, parameters), {
      dataset: async () => undefined,
      maxTasks: tasks,
      signal: new AbortController().signal,
    })
    const { executionDurationMs, memoryBytes, outputBytes, maxAttempts } = idleService.limits
    const job = await insertJob(this.dataSource, {
      id: randomUUID(),
      organizationId,
      ownerId: this.#owner,
      service: idleService.id,
      runId: '',
      parameters,
      requestId: undefined,
      requestHash: Buffer.alloc(32),
      phase: 'QUEUED',
      destructionTime: undefined,
      lifetimeMs: 86_400_000,
      executionDurationMs,
      memoryLimitBytes: memoryBytes,
      outputLimitBytes: outputBytes,
      maxAttempts,
      collects,
      quote: { sizeBytes: 0n, durationMs: tasks * ms, taskCount: tasks },
      tasks: planned.map(({ displayName, payload }) => ({ displayName, payload })),
      pendingLimit: 1_000_000,
      unfinishedLimit: 1_000_000,
    })
    if (job === undefined) throw new Error('the job was refused')
    return job.id
  }

  /** Tasks that have completed so far. */
  async completed(): Promise<number> {
    const [row] = await this.dataSource.query(
      `select coalesce(sum(tasks_completed), 0)::int as completed from jobs`,
    )
    return row.completed
  }

  /** Resolves when so many tasks have completed, with the time of that and how many they were by then. */
  async untilCompleted(count: number): Promise<{ atMs: number; completed: number }> {
    for (;;) {
      const completed = await this.completed()
      if (completed >= count) return { atMs: performance.now(), completed }
      await setTimeout(20)
    }
  }

  /** Resolves with the milliseconds from the job's place in the queue to its end, by the database's clock. */
  async untilEnded(jobId: string): Promise<number> {
    for (;;) {
      const [row] = await this.dataSource.query(
        `select extract(epoch from end_time - queue_time)::double precision * 1000 as ms from jobs where id = $1`,
        [jobId],
      )
      if (row.ms !== null) return row.ms
      await setTimeout(10)
    }
  }

  async untilAllEnded(): Promise<number> {
    for (;;) {
      const [row] = await this.dataSource.query(
        `select count(*) filter (where phase = 'COMPLETED')::int as completed, count(*)::int as jobs,
           count(*) filter (where phase in ('ERROR', 'ABORTED'))::int as failed from jobs`,
      )
      if (row.failed > 0) throw new Error(`${row.failed} jobs failed`)
      if (row.completed === row.jobs) return performance.now()
      await setTimeout(10)
    }
  }
}
