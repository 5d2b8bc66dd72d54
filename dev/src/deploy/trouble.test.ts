import { describe, expect, test } from 'vitest'
import { type Kubectl, KubectlError } from './kubectl.ts'
import type { ContainerStatus, KubernetesObject } from './objects.ts'
import { troubleOf } from './trouble.ts'

const labels = { 'app.kubernetes.io/component': 'backend' }
const workload: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'backend' },
  spec: { selector: { matchLabels: labels } },
}
const container = (name: string, state: ContainerStatus['state'], rest: Partial<ContainerStatus> = {}) =>
  ({
    name,
    image: 'fairlead-backend:1',
    ready: false,
    restartCount: 0,
    ...(state && { state }),
    ...rest,
  }) as const
const pod = (name: string, init: ContainerStatus[], containers: ContainerStatus[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels, creationTimestamp: `2026-01-01T00:00:0${name.at(-1)}Z` },
  status: { initContainerStatuses: init, containerStatuses: containers },
})
const done = container('schema', { terminated: { exitCode: 0 } })
const running = { running: {} }
const waiting = (reason: string, message?: string) => ({ waiting: { reason, ...(message && { message }) } })
const failed = { terminated: { exitCode: 1, reason: 'Error' } }
const logs =
  (line: string): Kubectl =>
  async () =>
    `${line}\n`

const line = (level: number, msg: string) => JSON.stringify({ level, msg })

describe('told is', () => {
  test.each<[string, KubernetesObject, string, string | undefined, boolean]>([
    [
      'an image that cannot be had',
      pod('a1', [], [container('backend', waiting('ErrImagePull', 'a long story'))]),
      '',
      'the image fairlead-backend:1 cannot be pulled',
      true,
    ],
    [
      'a container that cannot be made',
      pod('a1', [], [container('backend', waiting('CreateContainerConfigError', 'secret "x" not found'))]),
      '',
      'secret "x" not found',
      true,
    ],
    [
      'what an init container waits for',
      pod('a1', [container('schema', running)], [container('backend', waiting('PodInitializing'))]),
      line(30, 'waiting for the migrations of this release'),
      'waiting for the migrations of this release',
      false,
    ],
    [
      'the last line of a container that ended and is started again',
      pod('a1', [done], [container('backend', waiting('CrashLoopBackOff'), { lastState: failed })]),
      'The backend cannot start: FAIRLEAD_SECRET is not set.',
      'The backend cannot start: FAIRLEAD_SECRET is not set.',
      false,
    ],
    [
      'how one ended that said nothing',
      pod('a1', [done], [container('backend', waiting('CrashLoopBackOff'), { lastState: failed })]),
      '',
      'it ended with 1 (Error)',
      false,
    ],
    [
      'a warning of one that runs and is not ready',
      pod('a1', [done], [container('backend', running)]),
      line(40, 'not ready, as no token can be checked'),
      'not ready, as no token can be checked',
      false,
    ],
    [
      'that no node takes a pod',
      {
        ...pod('a1', [], []),
        status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '1 Insufficient cpu.' }] },
      },
      '',
      '1 Insufficient cpu.',
      false,
    ],
  ])('%s', async (_, given, log, words, lasting) => {
    expect(await troubleOf(workload, [given], logs(log))).toMatchObject({ words, lasting })
  })
})

describe('nothing is told of', () => {
  test.each<[string, KubernetesObject[], string]>([
    ['no pod', [], ''],
    ['one that starts', [pod('a1', [done], [container('backend', running)])], line(30, 'starting')],
    ['one that is made', [pod('a1', [], [container('backend', waiting('ContainerCreating'))])], ''],
    ['one that is ready', [pod('a1', [done], [container('backend', running, { ready: true })])], 'a line'],
    [
      'an older pod',
      [
        pod('a1', [], [container('backend', waiting('ErrImagePull'))]),
        pod('a2', [done], [container('backend', running, { ready: true })]),
      ],
      '',
    ],
  ])('%s', async (_, pods, log) => {
    expect(await troubleOf(workload, pods, logs(log))).toBeUndefined()
  })

  test('a pod that went while it was asked', async () => {
    const gone: Kubectl = async () => {
      throw new KubectlError('pods "a1" not found')
    }
    const given = pod('a1', [container('schema', running)], [])
    expect(await troubleOf(workload, [given], gone)).toBeUndefined()
  })
})
