import type { KubernetesObject } from './objects.ts'

/** How far a Deployment, StatefulSet or Job has come with what it was told last. */
export type WorkloadState =
  | { readonly kind: 'DONE'; readonly text: string }
  | { readonly kind: 'UNDER_WAY'; readonly text: string }
  /** It will not come further by itself. */
  | { readonly kind: 'FAILED'; readonly text: string }

export const awaitedKinds = ['Deployment', 'StatefulSet', 'Job'] as const
export type AwaitedKind = (typeof awaitedKinds)[number]

export function isAwaited(kind: string): kind is AwaitedKind {
  return awaitedKinds.some((awaited) => awaited === kind)
}

export function workloadState(kind: AwaitedKind, object: KubernetesObject): WorkloadState {
  const { metadata, status = {} } = object
  if (kind === 'Job') return jobState(object)
  const wanted = object.spec?.replicas ?? 1
  const known = (status.observedGeneration ?? 0) >= (metadata.generation ?? 1)
  const ready = kind === 'Deployment' ? (status.availableReplicas ?? 0) : (status.readyReplicas ?? 0)
  const text = `${ready} of ${wanted} ready`
  if (condition(object, 'Progressing')?.reason === 'ProgressDeadlineExceeded' && known) {
    return { kind: 'FAILED', text }
  }
  const updated = kind === 'Deployment' ? deploymentUpdated(object, wanted) : statefulSetUpdated(object)
  return { kind: known && updated && ready >= wanted ? 'DONE' : 'UNDER_WAY', text }
}

function jobState(job: KubernetesObject): WorkloadState {
  if (condition(job, 'Complete') !== undefined) return { kind: 'DONE', text: 'done' }
  const failed = condition(job, 'Failed') ?? condition(job, 'FailureTarget')
  if (failed !== undefined) return { kind: 'FAILED', text: failed.message ?? failed.reason ?? 'failed' }
  return { kind: 'UNDER_WAY', text: 'running' }
}

function deploymentUpdated({ status = {} }: KubernetesObject, wanted: number): boolean {
  const updated = status.updatedReplicas ?? 0
  return updated >= wanted && (status.replicas ?? 0) === updated
}

function statefulSetUpdated({ status = {} }: KubernetesObject): boolean {
  return status.updateRevision === undefined || status.currentRevision === status.updateRevision
}

function condition({ status }: KubernetesObject, type: string) {
  return status?.conditions?.find(
    (each) => each.type === type && (type === 'Progressing' || each.status === 'True'),
  )
}
