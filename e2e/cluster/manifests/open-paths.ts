import type { Manifest } from './manifest.ts'
import { allows, type Endpoint, endpointsOf, networkPolicies, type Port } from './network-policies.ts'

/** Who may connect, by "to:port" or "to:port/UDP"; sorted. */
export type Paths = Readonly<Record<string, readonly string[]>>

const pod = (name: string, namespace: string, labels: Readonly<Record<string, string>> = {}): Endpoint => ({
  name,
  address: '10.244.0.8',
  pod: {
    namespace,
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
    labels,
    ports: [],
  },
})

/** What every environment has around it. */
export const surroundings: readonly Endpoint[] = [
  pod('other namespace', 'other'),
  pod('prometheus', 'monitoring', { 'app.kubernetes.io/name': 'prometheus' }),
  pod('dns', 'kube-system', { 'k8s-app': 'kube-dns' }),
  // A cache that some clusters have on each node.
  { name: 'dns cache', address: '169.254.20.10' },
  { name: 'internet', address: '203.0.113.7' },
  { name: 'internet by IPv6', address: '2001:db8::7' },
  { name: 'private network', address: '192.168.7.7' },
  // Where machines that are containers themselves are, as of kind.
  { name: 'network of machines', address: '172.18.0.2' },
  // Of cloud providers: who reaches it may get the node's credentials.
  { name: 'instance metadata', address: '169.254.169.254' },
]

/** Besides those that pods declare: of well-known servers, and Envoy's admin port. */
const otherPorts = [22, 25, 53, 80, 443, 465, 587, 3310, 4318, 5432, 5671, 5672, 6443, 8089, 9000, 9901]

/** In every namespace, at times: a pod of whoever, and cert-manager's for the time that a certificate is made. */
export const passers = ['stranger', 'certificate solver']
const passerLabels: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'certificate solver': { 'acme.cert-manager.io/http01-solver': 'true' },
}

/** Of members, and whatever else someone may put beside them; where there is a namespace for containers. */
const containerLabels = {
  'app.kubernetes.io/managed-by': 'fairlead',
  'app.kubernetes.io/component': 'container',
}

function containersOf(manifests: readonly Manifest[], namespace: string): readonly Endpoint[] {
  const theirs = `${namespace}-jobs`
  if (manifests.every(({ kind, metadata }) => kind !== 'Namespace' || metadata.name !== theirs)) return []
  return [pod('container', theirs, containerLabels), pod('stranger beside containers', theirs)]
}

/** Every connection that the policies allow to or from a pod of the namespace, or of that of its containers. */
export function openPaths(manifests: readonly Manifest[], namespace: string): Paths {
  const policies = networkPolicies(manifests)
  const own = [
    ...endpointsOf(manifests),
    ...passers.map((name) => pod(name, namespace, passerLabels[name])),
    ...containersOf(manifests, namespace),
  ]
  const declared = own.flatMap(({ pod: { ports } = { ports: [] } }) => ports)
  const numbers = new Set([...declared.map(({ number }) => number), ...otherPorts])
  const ports: readonly Port[] = [
    ...[...numbers].map((number) => ({ number, protocol: 'TCP' })),
    { number: 53, protocol: 'UDP' },
  ]
  const pairs = [
    ...own.flatMap((from) => [...own, ...surroundings].map((to) => [from, to] as const)),
    ...surroundings.flatMap((from) => own.map((to) => [from, to] as const)),
  ].filter(([from, to]) => from.name !== to.name)
  const found = new Map<string, string[]>()
  for (const port of ports)
    for (const [from, to] of pairs) {
      if (!allows(policies, from, to, port)) continue
      const key = `${to.name}:${port.number}${port.protocol === 'TCP' ? '' : `/${port.protocol}`}`
      found.set(key, [...(found.get(key) ?? []), from.name])
    }
  return sorted(Object.fromEntries(found))
}

export function sorted(paths: Paths): Paths {
  return Object.fromEntries(
    Object.entries(paths)
      .map(([to, from]) => [to, from.toSorted()] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  )
}
