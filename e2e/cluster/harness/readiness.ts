import { setTimeout as delay } from 'node:timers/promises'
import { containersOf, diagnose, troubleOf } from './diagnostics.ts'
import { COMPONENT, type Kubectl } from './kubectl.ts'
import { hasCondition, isReady, type Job, type Pod, type Workload } from './objects.ts'

const LOOK_MS = 1_000
/** What no waiting mends: the image is not there, or the pod's own description is wrong. */
const hopeless: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ErrImageNeverPull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CreateContainerError',
])
/** A container may die while what it needs starts, too; past this it dies of itself. */
const MOST_RESTARTS = 6

export interface ReadyOptions {
  readonly timeoutMs?: number
  readonly onProgress?: (line: string) => void
}

/**
 * Resolves when every Deployment and StatefulSet runs its newest version in full and every Job has ended well.
 * Rejects with diagnostics when time is up, a Job failed, or a pod has no hope.
 */
export async function waitUntilReady(
  kubectl: Kubectl,
  { timeoutMs = 300_000, onProgress = () => undefined }: ReadyOptions = {},
): Promise<void> {
  const started = performance.now()
  const done = new Set<string>()
  for (;;) {
    const { items } = await kubectl.json<{ items: (Workload | Job | Pod)[] }>([
      'get',
      'deployments,statefulsets,jobs,pods',
    ])
    const pods = items.filter((item) => item.kind === 'Pod')
    const waiting: string[] = []
    for (const item of items) {
      if (item.kind === 'Pod') continue
      const name = `${item.kind} ${item.metadata.name}`
      if (item.kind === 'Job' && hasCondition(item, 'Failed')) await giveUp(kubectl, `${name} failed`)
      if (item.kind === 'Job' ? hasCondition(item, 'Complete') : isComplete(item)) {
        if (!done.has(name)) onProgress(`${name} is ready after ${seconds(started)} s`)
        done.add(name)
      } else {
        done.delete(name)
        waiting.push(name)
      }
    }
    // A pod of an older version may go on for a while after the new one is complete.
    if (waiting.length === 0 && pods.every(({ metadata }) => metadata.deletionTimestamp === undefined)) return
    const lost = pods.find(isHopeless)
    if (lost !== undefined) await giveUp(kubectl, `${lost.metadata.name} will not start: ${troubleOf(lost)}`)
    if (performance.now() - started > timeoutMs) {
      await giveUp(
        kubectl,
        `not ready within ${timeoutMs / 1_000} s: ${waiting.join(', ') || 'pods that end'}`,
      )
    }
    await delay(LOOK_MS)
  }
}

/** Resolves when the Deployment of a component is complete and none of its containers is one of `old`. */
export async function waitUntilReplaced(
  kubectl: Kubectl,
  component: string,
  old: ReadonlySet<string>,
  timeoutMs = 90_000,
): Promise<void> {
  const started = performance.now()
  for (;;) {
    const { items } = await kubectl.json<{ items: (Workload | Pod)[] }>([
      'get',
      'deployments,statefulsets,pods',
      '--selector',
      `${COMPONENT}=${component}`,
    ])
    const pods = items.filter((item) => item.kind === 'Pod')
    const workloads = items.filter((item) => item.kind !== 'Pod')
    const fresh = pods.filter(isReady).filter((pod) => containerIds(pod).every((id) => !old.has(id)))
    const wanted = workloads.reduce((sum, { spec }) => sum + (spec.replicas ?? 1), 0)
    const complete = workloads.length > 0 && workloads.every(isComplete)
    if (complete && fresh.length === pods.length && fresh.length >= wanted) return
    if (performance.now() - started > timeoutMs) {
      await giveUp(kubectl, `${component} does not run again within ${timeoutMs / 1_000} s`)
    }
    await delay(LOOK_MS / 4)
  }
}

/** Of what runs in a pod. A container that restarts has a new one. */
export const containerIds = ({ status }: Pod): string[] =>
  (status.containerStatuses ?? []).flatMap(({ containerID }) => containerID ?? [])

async function giveUp(kubectl: Kubectl, why: string): Promise<never> {
  throw new Error(`${why}\n${await diagnose(kubectl)}`)
}

function isComplete({ metadata, spec, status }: Workload): boolean {
  const wanted = spec.replicas ?? 1
  return (
    status.observedGeneration === metadata.generation &&
    (status.replicas ?? 0) === wanted &&
    (status.updatedReplicas ?? 0) === wanted &&
    (status.readyReplicas ?? 0) === wanted
  )
}

function isHopeless(pod: Pod): boolean {
  return containersOf(pod).some(
    ({ state, restartCount }) =>
      (state.waiting !== undefined && hopeless.has(state.waiting.reason)) ||
      (state.waiting?.reason === 'CrashLoopBackOff' && restartCount >= MOST_RESTARTS),
  )
}

const seconds = (since: number) => ((performance.now() - since) / 1_000).toFixed(0)
