import { ApiRefused, isRefused } from './api-errors.ts'
import type { KubernetesApi } from './kubernetes-api.ts'

/** Jobs fail index by index, and pods are replaced only when they have ended, from this on. */
const MINOR = 29

/** What is done, as roles name it: group, resource, verbs. */
const needed: readonly { group: string; resource: string; subresource?: string; verbs: readonly string[] }[] =
  [
    { group: 'batch', resource: 'jobs', verbs: ['create', 'get', 'list', 'watch', 'delete'] },
    { group: '', resource: 'pods', verbs: ['list', 'watch', 'deletecollection'] },
    { group: '', resource: 'pods', subresource: 'log', verbs: ['get'] },
    { group: '', resource: 'secrets', verbs: ['create', 'update', 'list', 'delete'] },
    { group: '', resource: 'events', verbs: ['list'] },
  ]

/** Rejects with a sentence for people when containers cannot run in the namespace. */
export async function checkCluster(
  api: KubernetesApi,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const version = await api.json<{ major?: string; minor?: string; gitVersion?: string }>({
    verb: 'get',
    resource: 'version',
    path: '/version',
    signal,
  })
  if (version.major === '1' && Number.parseInt(version.minor ?? '', 10) < MINOR)
    throw new Error(
      `The cluster at ${api.address} is Kubernetes ${version.gitVersion}; containers need 1.${MINOR} or later.`,
    )
  await checkNamespace(api, namespace, signal)
  const missing = await missingRights(api, namespace, signal)
  if (missing.length > 0)
    throw new Error(
      `In the namespace ${namespace} of the cluster at ${api.address} this is not allowed to us: ${missing.join('; ')}. Bind the role of the workflows' manifests to the worker's service account.`,
    )
}

async function checkNamespace(
  api: KubernetesApi,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await api.json({
      verb: 'get',
      resource: 'namespaces',
      path: `/api/v1/namespaces/${namespace}`,
      signal,
    })
  } catch (error) {
    if (isRefused(error, 404))
      throw new Error(`The cluster at ${api.address} has no namespace ${namespace}: create it.`, {
        cause: error,
      })
    if (isRefused(error, 401))
      throw new Error(`The cluster at ${api.address} does not know who we are: check the kubeconfig.`, {
        cause: error,
      })
    // Whoever may do all that is needed in a namespace may still not look at the namespace itself.
    if (!(error instanceof ApiRefused)) throw error
  }
}

async function missingRights(
  api: KubernetesApi,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const rights = needed.flatMap(({ verbs, ...right }) => verbs.map((verb) => ({ ...right, verb })))
  const answers = await Promise.all(
    rights.map(async (right) => {
      const review = await api.json<{ status?: { allowed?: boolean } }>({
        verb: 'create',
        resource: 'selfsubjectaccessreviews',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { namespace, ...right } },
        },
        signal,
      })
      return { right, allowed: review.status?.allowed === true }
    }),
  )
  return answers
    .filter(({ allowed }) => !allowed)
    .map(({ right: { resource, subresource, verb } }) =>
      subresource === undefined ? `${verb} ${resource}` : `${verb} ${resource}/${subresource}`,
    )
}
