import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createProcessExecution } from '../../../../../adapters/execution/process/index.ts'
import type { JobsFixture } from '../../../testing/jobs-fixture.ts'
import type { JobsWorkerOptions } from '../../jobs-worker.ts'
import { faultProbe } from './fault-probe.ts'

const entry = fileURLToPath(new URL('./fault-worker.ts', import.meta.url))

/** Worker processes of one test; what is left of them ends with it. */
export class WorkerProcesses {
  readonly #fixture: JobsFixture
  readonly #running: ChildProcess[] = []

  constructor(fixture: JobsFixture) {
    this.#fixture = fixture
  }

  start(options: { preload?: URL; env?: Record<string, string>; node?: string[] } = {}): ChildProcess {
    const { preload, env = {}, node = [] } = options
    const { database, folder } = this.#fixture
    const before = preload === undefined ? [] : ['--import', preload.href]
    const child = spawn(process.execPath, [...node, ...before, entry, database.url, folder], {
      // What Node says at the end of its heap is expected here.
      stdio: ['ignore', 'ignore', process.env['TEST_LOG'] === undefined ? 'ignore' : 'inherit'],
      env: { ...process.env, ...env },
    })
    this.#running.push(child)
    return child
  }

  async end(): Promise<void> {
    for (const child of this.#running.splice(0)) await killed(child)
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** For a worker within the test's own process, which runs the faulty probe. */
export function faultyExecution(): Pick<JobsWorkerOptions, 'execution' | 'services'> {
  return {
    services: [faultProbe],
    execution: createProcessExecution({
      entry: new URL('./fault-runner.ts', import.meta.url),
      warmMemoryBytes: faultProbe.limits.memoryBytes,
      graceMs: 200,
      watchMs: 50,
    }),
  }
}
