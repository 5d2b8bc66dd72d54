import { randomBytes } from 'node:crypto'
import type { ContainerKey } from '../../../../ports/containers.ts'
import { KubernetesApi } from '../kubernetes-api.ts'
import type { ObjectList, Pod, WatchedObject } from '../kubernetes-objects.ts'
import { objectName } from '../object-names.ts'

/** A namespace of a test's own, as strict as those that containers run in. */
export interface TestNamespace {
  readonly name: string
  readonly api: KubernetesApi
  readonly core: string
  /** Of one run when it is given. */
  pods(of?: ContainerKey): Promise<readonly Pod[]>
  /** Jobs, Pods and Secrets that there are; of one run when it is given. */
  count(of?: ContainerKey): Promise<number>
  create(resource: string, path: string, body: unknown): Promise<void>
  remove(): Promise<void>
}

export async function createTestNamespace(kubeconfig: string): Promise<TestNamespace> {
  const name = `fairlead-test-${randomBytes(4).toString('hex')}`
  const api = new KubernetesApi(kubeconfig, () => undefined)
  const core = `/api/v1/namespaces/${name}`
  const list = async <T extends WatchedObject>(resource: string, path: string) =>
    (await api.json<ObjectList<T>>({ verb: 'list', resource, path })).items ?? []
  const create = async (resource: string, path: string, body: unknown) => {
    await api.json({ verb: 'create', resource, path, body })
  }
  const listOf = async <T extends WatchedObject>(resource: string, path: string, of?: ContainerKey) => {
    const all = await list<T>(resource, path)
    if (of === undefined) return all
    const wanted = objectName(of)
    return all.filter(({ metadata }) => metadata.name === wanted || metadata.name.startsWith(`${wanted}-`))
  }
  const count = async (of?: ContainerKey) => {
    const lists = await Promise.all([
      listOf('jobs', `/apis/batch/v1/namespaces/${name}/jobs`, of),
      listOf('pods', `${core}/pods`, of),
      listOf('secrets', `${core}/secrets`, of),
    ])
    return lists.flat().length
  }
  await create('namespaces', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  })
  return {
    name,
    api,
    core,
    pods: (of) => listOf<Pod>('pods', `${core}/pods`, of),
    count,
    create,
    async remove() {
      // A namespace that ends waits for its pods before it deletes Jobs; a Job that may make none there keeps its last one.
      await api.json({
        verb: 'deletecollection',
        resource: 'jobs',
        path: `/apis/batch/v1/namespaces/${name}/jobs`,
        query: { propagationPolicy: 'Background' },
      })
      await api.json({ verb: 'delete', resource: 'namespaces', path: `/api/v1/namespaces/${name}` })
      api.close()
    },
  }
}
