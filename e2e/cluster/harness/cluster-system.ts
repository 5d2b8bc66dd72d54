import { setTimeout as delay } from 'node:timers/promises'
import { ProgramError } from '../../../dev/src/run-with-input.ts'
import type { Child, System } from '../../support/system.ts'
import type { Kubectl } from './kubectl.ts'
import { isReady, type Pod } from './objects.ts'
import { passwordToken } from './password-token.ts'
import { containerIds, waitUntilReplaced } from './readiness.ts'

const BACKEND_HTTP_PORT = 10_002
const FRONT_DOOR_MS = 60_000
const BEFORE_RETRY_MS = 200
/** Of frontend, backend and identity provider, and the status that shows that it was they who answered. */
const answers = { '/config.json': 200, '/api/v1/users/me': 401, '/auth/realms/fairlead': 200 } as const

export interface ClusterSystemOptions {
  readonly kubectl: Kubectl
  /** As browsers have it. */
  readonly url: string
  /** The same front door for programs of this machine, whose resolver may not know names below localhost. */
  readonly loopbackUrl: string
  /** A folder with `datasets`, the images that were registered. */
  readonly home: string
}

/** An installation in the cluster, for specs that run against any system. */
export function clusterSystem({ kubectl, url, loopbackUrl, home }: ClusterSystemOptions): System {
  const killed = new Map<Child, ReadonlySet<string>>()
  return {
    url,
    home,
    token: (username) => passwordToken(loopbackUrl, username),
    async kill(child) {
      const pods = await kubectl.list<Pod>('pods', child)
      if (pods.length === 0) throw new Error(`${child} does not run`)
      killed.set(child, new Set(pods.flatMap(containerIds)))
      await (child === 'envoy' ? deletePods(kubectl, pods) : killProcesses(kubectl, pods, child))
    },
    async recovered(child) {
      await waitUntilReplaced(kubectl, child, killed.get(child) ?? new Set())
      await frontDoorAnswers(loopbackUrl)
    },
    async metric(line) {
      const pods = (await kubectl.list<Pod>('pods', 'backend')).filter(isReady)
      const texts = await Promise.all(
        pods.map(({ metadata: { name } }) => kubectl.fetch(name, BACKEND_HTTP_PORT, '/metrics')),
      )
      return texts
        .flatMap((text) => text.split('\n'))
        .filter((candidate) => line.test(candidate) && !candidate.startsWith('#'))
        .reduce((sum, found) => sum + Number(found.slice(found.lastIndexOf(' ') + 1)), 0)
    },
  }
}

/** The images of Fairlead have no `kill`, and signal -1 spares only the first process and the one that sends it. */
async function killProcesses(kubectl: Kubectl, pods: readonly Pod[], container: string): Promise<void> {
  const kill = "process.kill(-1, 'SIGKILL')"
  await Promise.all(
    pods.map(({ metadata: { name } }) =>
      kubectl
        .run(['exec', name, '--container', container, '--', 'node', '--eval', kill])
        .catch((error: unknown) => {
          // The container ends with its main process, and what was executed in it too.
          if (!(error instanceof ProgramError) || !/exit code 137|137/.test(error.message)) throw error
        }),
    ),
  )
}

/** With one second of grace, the least with which the pod is gone when this resolves. */
export async function deletePods(kubectl: Kubectl, pods: readonly Pod[]): Promise<void> {
  const names = pods.map(({ metadata }) => metadata.name)
  await kubectl.run(['delete', 'pods', ...names, '--grace-period', '1', '--wait'])
}

/**
 * Resolves when every upstream answers through the front door: the port-forward may only now notice that its pod is
 * gone, and Envoy asks for the addresses of its upstreams every few seconds.
 */
export async function frontDoorAnswers(url: string): Promise<void> {
  const deadline = performance.now() + FRONT_DOOR_MS
  for (const [path, wanted] of Object.entries(answers)) {
    for (;;) {
      const found = await fetch(url + path, { signal: AbortSignal.timeout(5_000) }).then(
        ({ status }) => status,
        (error: Error) => error.message,
      )
      if (found === wanted) break
      if (performance.now() > deadline) {
        throw new Error(`${url}${path} does not answer within ${FRONT_DOOR_MS / 1_000} s: ${found}`)
      }
      await delay(BEFORE_RETRY_MS)
    }
  }
}
