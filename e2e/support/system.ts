import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import { installationUnderTest } from '../cluster/harness/installation-under-test.ts'

/** The system under test: where it is, and ways to hurt it. */
export interface System {
  readonly url: string
  readonly home: string
  token(username: string): Promise<string>
  /** Ends a child with SIGKILL and answers when it is gone. */
  kill(child: Child): Promise<void>
  /** Answers when a killed child runs again and is ready. */
  recovered(child: Child): Promise<void>
  /** One number of the /metrics of the backends; labels as they stand there. */
  metric(line: RegExp): Promise<number>
}

export type Child = 'backend' | 'worker' | 'envoy' | 'frontend'

interface RunInfo {
  readonly ports: Readonly<Record<string, number>>
  readonly children: Readonly<Record<Child, { readonly pid: number | null; readonly state: string }>>
}

const run = promisify(execFile)

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: the global set-up did not run`)
  return value
}

/** The one that all specs share: in a cluster, or processes of this machine. */
export function systemUnderTest(): System {
  return installationUnderTest()?.system ?? systemAt(required('FAIRLEAD_URL'), required('FAIRLEAD_HOME'))
}

export function systemAt(url: string, home: string): System {
  const info = async () => JSON.parse(await readFile(join(home, 'run.json'), 'utf8')) as RunInfo
  const killed = new Map<Child, number>()
  return {
    url,
    home,
    async token(username) {
      const { stdout } = await run('npm', ['run', '--silent', 'token', '--', username], {
        env: { ...process.env, FAIRLEAD_HOME: home },
      })
      return stdout.trim()
    },
    async kill(child) {
      const { pid } = (await info()).children[child]
      if (pid === null) throw new Error(`${child} does not run`)
      killed.set(child, pid)
      process.kill(pid, 'SIGKILL')
    },
    async recovered(child) {
      await expect
        .poll(
          async () => {
            const { pid, state } = (await info()).children[child]
            return pid !== killed.get(child) && state === 'ready'
          },
          { timeout: 40_000, message: `${child} runs again` },
        )
        .toBe(true)
    },
    async metric(line) {
      const port = (await info()).ports['backendHttp']
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      return text
        .split('\n')
        .filter((candidate) => line.test(candidate) && !candidate.startsWith('#'))
        .reduce((sum, found) => sum + Number(found.slice(found.lastIndexOf(' ') + 1)), 0)
    },
  }
}
