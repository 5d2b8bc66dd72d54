import { Installation } from './installation.ts'

const variables = {
  namespace: 'FAIRLEAD_CLUSTER_NAMESPACE',
  url: 'FAIRLEAD_URL',
  loopbackUrl: 'FAIRLEAD_CLUSTER_LOOPBACK_URL',
} as const

/** For the processes that run specs: they inherit the environment of the set-up. */
export function announce(installation: Installation): void {
  process.env[variables.namespace] = installation.namespace
  process.env[variables.url] = installation.url
  process.env[variables.loopbackUrl] = installation.loopbackUrl
}

/** What the set-up made; undefined where specs run against a system outside of a cluster. */
export function installationUnderTest(): Installation | undefined {
  const namespace = process.env[variables.namespace]
  const url = process.env[variables.url]
  const loopbackUrl = process.env[variables.loopbackUrl]
  if (namespace === undefined || url === undefined || loopbackUrl === undefined) return undefined
  return new Installation({ namespace, url, loopbackUrl })
}
