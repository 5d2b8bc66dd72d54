import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import type { TestNamespace } from './test-namespace.ts'

/** Path of one for a service account that may do nothing. */
export async function poorKubeconfig(kubeconfig: string, namespace: TestNamespace): Promise<string> {
  const accounts = `${namespace.core}/serviceaccounts`
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'poor' } }
  await namespace.create('serviceaccounts', accounts, account)
  const { status } = await namespace.api.json<{ status: { token: string } }>({
    verb: 'create',
    resource: 'serviceaccounts/token',
    path: `${accounts}/poor/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  })
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const { clusters, contexts, currentContext } = config
  const poor = new KubeConfig()
  const users = [{ name: contexts[0]?.user ?? '', token: status.token }]
  poor.loadFromOptions({ clusters, contexts, currentContext, users })
  const path = join(await mkdtemp(join(tmpdir(), 'fairlead-kubeconfig-')), 'config')
  await writeFile(path, poor.exportConfig())
  return path
}
