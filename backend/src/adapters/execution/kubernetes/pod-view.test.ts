import { describe, expect, test } from 'vitest'
import type { ContainerStatus, Pod } from './kubernetes-objects.ts'
import { viewPod } from './pod-view.ts'
import observed from './testing/observed-pods.json' with { type: 'json' }

// As a cluster of Kubernetes 1.34 told of them, without what nobody reads.
const pods: Readonly<Record<string, Pod>> = observed
const limits = { memoryBytes: 64 * 2 ** 20, diskBytes: 2 ** 30, containerTimeoutMs: 20_000 }

function podOf(name: string): Pod {
  const pod = pods[name]
  if (pod === undefined) throw new Error(`no pod "${name}" was observed`)
  return pod
}
const viewOf = (name: string) => viewPod(podOf(name), limits)

/** The observed pod with another status of its own, or of its algorithm. */
function changed(name: string, status: Pod['status'], algorithm?: ContainerStatus['state']): Pod {
  const pod = podOf(name)
  const initContainerStatuses = (pod.status?.initContainerStatuses ?? []).map((each) =>
    each.name === 'algorithm' && algorithm !== undefined ? { ...each, state: algorithm } : each,
  )
  return { ...pod, status: { ...pod.status, initContainerStatuses, ...status } }
}

describe("what a pod's status says", () => {
  test.each([
    ['unscheduled', 'WAITING', undefined],
    ['no room', 'WAITING', undefined],
    ['scheduled', 'STARTING', undefined],
    ['staging', 'STARTING', undefined],
    ['staged', 'STARTING', undefined],
    ['running', 'RUNNING', false],
    ['exits 3, not yet told', 'RUNNING', true],
    ['algorithm done', 'COLLECTING', true],
    ['collecting', 'COLLECTING', true],
    ['succeeded', 'COMPLETED', true],
    ['succeeded, being deleted', 'COMPLETED', true],
    ['exited 3', 'FAILED', true],
  ])('of one that is %s is %s', (name, state, logEnded) => {
    const view = viewOf(name)
    expect(view).toMatchObject({ state, logEnded })
    if (state !== 'FAILED') expect(view.failure).toBeUndefined()
  })

  test('has the times and the exit code of the algorithm alone', () => {
    expect(viewOf('scheduled')).toMatchObject({ startTime: undefined, endTime: undefined, node: 'node1' })
    const running = viewOf('running')
    expect(running.startTime).toBeInstanceOf(Date)
    expect(running.endTime).toBeUndefined()
    expect(viewOf('exited 3')).toMatchObject({
      startTime: new Date('2026-11-22T10:17:16Z'),
      endTime: new Date('2026-11-22T10:17:16Z'),
      exitCode: 3,
    })
    // It never ran: its start is the zero time of Go's.
    expect(viewOf('no such command')).toMatchObject({ startTime: undefined, exitCode: undefined })
  })

  test.each([
    ['exited 3', 'CONTAINER_FAILED', /exit code 3\. Its last line: no such band$/u, false],
    ['out of memory', 'MEMORY_LIMIT_EXCEEDED', /64 MiB of memory/u, false],
    ['volume full', 'DISK_LIMIT_EXCEEDED', /1 GiB of disk in \/out:/u, false],
    ['disk full', 'DISK_LIMIT_EXCEEDED', /1 GiB of disk:/u, false],
    ['deadline', 'EXECUTION_DURATION_EXCEEDED', /longer than its 20 s/u, false],
    ['deadline, out of memory', 'EXECUTION_DURATION_EXCEEDED', /20 s/u, false],
    ['output unusable', 'OUTPUT_UNUSABLE', /^\/out\/passwd is a symbolic link/u, false],
    ['no such command', 'CONTAINER_NOT_STARTED', /: unable to start .*no such file/u, false],
  ])('of one that failed for good (%s) has its reason', (name, reason, message, transient) => {
    const { failure, replaced } = viewOf(name)
    expect(failure).toMatchObject({ reason, message: expect.stringMatching(message), transient })
    expect(replaced).toBe(false)
  })

  const disrupted = (reason: string) => ({
    phase: 'Failed',
    conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: 'Because.' }],
  })
  test.each([
    ['evicted through the API', podOf('evicted'), 'EVICTED'],
    [
      'evicted for want of memory on the node',
      changed('disk full', {
        ...disrupted('TerminationByKubelet'),
        reason: 'Evicted',
        message: 'The node was low on resource: memory.',
      }),
      'EVICTED',
    ],
    [
      'evicted for want of disk on the node',
      changed('disk full', {
        ...disrupted('TerminationByKubelet'),
        reason: 'Evicted',
        message: 'The node was low on resource: ephemeral-storage.',
      }),
      'EVICTED',
    ],
    ['preempted', changed('running', disrupted('PreemptionByScheduler')), 'EVICTED'],
    ['of a node without word', changed('running', disrupted('DeletionByTaintManager')), 'NODE_LOST'],
    ['of a node that is gone', changed('running', disrupted('DeletionByPodGC')), 'NODE_LOST'],
    ['said to be lost', changed('running', { phase: 'Failed', reason: 'NodeLost' }), 'NODE_LOST'],
    [
      'unknown to its node after a restart',
      changed(
        'running',
        { phase: 'Failed' },
        { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
      ),
      'NODE_LOST',
    ],
    [
      'refused by its node',
      changed('scheduled', { phase: 'Failed', reason: 'OutOfcpu', message: 'No cpu.' }, { waiting: {} }),
      'EVICTED',
    ],
    ['deleted while it ran', podOf('killed as it was deleted'), 'POD_DELETED'],
    ['deleted before it started', podOf('deleted before it started'), 'POD_DELETED'],
  ])('of one that is %s says that another takes its place', (_name, pod, reason) => {
    const { failure, replaced } = viewPod(pod, limits)
    expect(failure).toMatchObject({ reason, transient: true })
    expect(replaced).toBe(true)
  })

  test('of one that is being deleted is what it was, until it has ended', () => {
    for (const name of ['running, being deleted', 'running, being evicted'])
      expect(viewOf(name)).toMatchObject({ state: 'RUNNING', terminating: true, failure: undefined })
    expect(viewOf('running').terminating).toBe(false)
  })

  test.each([
    ['no room', 'ROOM', 'UNSCHEDULABLE', /Insufficient cpu/u, false],
    ['no image', 'IMAGE', 'IMAGE_UNAVAILABLE', /registry\.invalid.*connection refused/u, false],
  ])('of one that waits (%s) says for what', (name, kind, reason, message, forGood) => {
    expect(viewOf(name).waiting).toMatchObject({
      kind,
      message: expect.stringMatching(message),
      failure: { reason },
      forGood,
    })
  })

  test.each([
    ['ErrImagePull', 'manifest unknown: not found', 'IMAGE_UNAVAILABLE', false, true],
    ['ErrImagePull', 'pull access denied', 'IMAGE_UNAVAILABLE', false, true],
    ['ErrImagePull', '503 Service Unavailable', 'IMAGE_UNAVAILABLE', true, false],
    ['ImagePullBackOff', 'Back-off pulling image', 'IMAGE_UNAVAILABLE', true, false],
    ['InvalidImageName', 'couldn’t parse', 'IMAGE_UNAVAILABLE', true, true],
    ['CreateContainerConfigError', 'secret "w-1" not found', 'CONTAINER_NOT_STARTED', false, false],
    ['CreateContainerError', 'no command specified', 'CONTAINER_NOT_STARTED', false, false],
    ['RunContainerError', 'exec format error', 'CONTAINER_NOT_STARTED', false, false],
  ])('of one that waits with %s (%s) says %s', (reason, message, failure, transient, forGood) => {
    const pod = changed('staged', {}, { waiting: { reason, message } })
    expect(viewPod(pod, limits).waiting).toMatchObject({
      failure: { reason: failure, transient },
      forGood,
    })
  })

  test.each([
    [64, 'STAGING_FAILED', false],
    [65, 'OUTPUT_UNUSABLE', false],
    [66, 'OUTPUT_LIMIT_EXCEEDED', false],
    [67, 'STAGING_FAILED', false],
    [68, 'DISK_LIMIT_EXCEEDED', false],
    [69, 'CANCELLED', false],
    [75, 'STAGING_FAILED', true],
    [1, 'STAGING_FAILED', true],
  ])('of one whose agent ended with %i is %s', (exitCode, reason, transient) => {
    const ended = (message: string): Pod => {
      const state = { terminated: { exitCode, reason: 'Error', message } }
      const status = { phase: 'Failed', containerStatuses: [{ name: 'collect', state }] }
      return changed('algorithm done', status)
    }
    const said = JSON.stringify({ message: 'So \u0000 it is.' })
    expect(viewPod(ended(said), limits).failure).toEqual({
      reason,
      message: 'So \u2400 it is.',
      transient,
    })
    expect(viewPod(ended('{"messa'), limits).failure?.message).toBe(
      `The outputs could not be collected (Error, exit code ${exitCode}).`,
    )
  })

  test('of one that was killed has the name of the signal, and of one that said nothing says so', () => {
    const terminated = { exitCode: 139, reason: 'Error', message: ' \n' }
    const pod = changed('exited 3', {}, { terminated })
    expect(viewPod(pod, limits).failure?.message).toBe(
      'The container ended with exit code 139 (SIGSEGV); it said nothing.',
    )
  })
})
