import { expect, test } from 'vitest'
import type { KubernetesObject } from './objects.ts'
import { type AwaitedKind, type WorkloadState, workloadState } from './workload-state.ts'

const object = (spec: KubernetesObject['spec'], status: object, generation = 2): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'any',
  metadata: { name: 'one', generation },
  ...(spec === undefined ? {} : { spec }),
  status: { observedGeneration: 2, ...status },
})
const replaced = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 }
const condition = (type: string, status: string, reason: string, message?: string) => ({
  conditions: [{ type, status, reason, ...(message === undefined ? {} : { message }) }],
})

test.each<[string, AwaitedKind, KubernetesObject, WorkloadState['kind'], string]>([
  ['all pods new and available', 'Deployment', object({ replicas: 2 }, replaced), 'DONE', '2 of 2 ready'],
  [
    'the controller has not seen the change',
    'Deployment',
    object({ replicas: 2 }, replaced, 3),
    'UNDER_WAY',
    '2 of 2 ready',
  ],
  [
    'an old pod is left',
    'Deployment',
    object({ replicas: 2 }, { ...replaced, replicas: 3 }),
    'UNDER_WAY',
    '2 of 2 ready',
  ],
  [
    'old pods serve, a new one is not ready',
    'Deployment',
    object({ replicas: 2 }, { ...replaced, replicas: 3, updatedReplicas: 1 }),
    'UNDER_WAY',
    '2 of 2 ready',
  ],
  [
    'a new pod never became ready',
    'Deployment',
    object({ replicas: 1 }, condition('Progressing', 'False', 'ProgressDeadlineExceeded')),
    'FAILED',
    '0 of 1 ready',
  ],
  ['none is wanted', 'Deployment', object({ replicas: 0 }, {}), 'DONE', '0 of 0 ready'],
  [
    'all pods of the new revision are ready',
    'StatefulSet',
    object({ replicas: 1 }, { replicas: 1, readyReplicas: 1, currentRevision: 'a', updateRevision: 'a' }),
    'DONE',
    '1 of 1 ready',
  ],
  [
    'a pod of the old revision is left',
    'StatefulSet',
    object({ replicas: 1 }, { replicas: 1, readyReplicas: 1, currentRevision: 'a', updateRevision: 'b' }),
    'UNDER_WAY',
    '1 of 1 ready',
  ],
  ['it ended well', 'Job', object({}, condition('Complete', 'True', 'CompletionsReached')), 'DONE', 'done'],
  [
    'it ended badly',
    'Job',
    object({}, condition('Failed', 'True', 'BackoffLimitExceeded', 'Job has reached its backoff limit')),
    'FAILED',
    'Job has reached its backoff limit',
  ],
  ['it has just begun', 'Job', object({}, {}), 'UNDER_WAY', 'running'],
  [
    'a condition that does not hold says nothing',
    'Job',
    object({}, condition('Failed', 'False', 'none')),
    'UNDER_WAY',
    'running',
  ],
])('%s: %s', (_, kind, workload, state, text) => {
  expect(workloadState(kind, workload)).toEqual({ kind: state, text })
})
