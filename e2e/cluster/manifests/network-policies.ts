import { BlockList, isIPv6 } from 'node:net'
import { type Manifest, type PodTemplate, podTemplates } from './manifest.ts'

/** What connects or is connected to: a pod, or an address outside the cluster. */
export interface Endpoint {
  readonly name: string
  readonly address: string
  /** Undefined outside the cluster. */
  readonly pod?: {
    readonly namespace: string
    readonly namespaceLabels: Labels
    readonly labels: Labels
    readonly ports: readonly Port[]
  }
}

export interface Port {
  readonly name?: string
  readonly number: number
  readonly protocol: string
}

type Labels = Readonly<Record<string, string>>

interface Selector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    readonly values?: readonly string[]
  }[]
}

interface Peer {
  readonly podSelector?: Selector
  readonly namespaceSelector?: Selector
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

interface PolicyPort {
  readonly port?: number | string
  readonly endPort?: number
  readonly protocol?: string
}

interface Rule {
  readonly from?: readonly Peer[]
  readonly to?: readonly Peer[]
  readonly ports?: readonly PolicyPort[]
}

export interface NetworkPolicy extends Manifest {
  readonly spec: {
    readonly podSelector: Selector
    readonly policyTypes?: readonly ('Ingress' | 'Egress')[]
    readonly ingress?: readonly Rule[]
    readonly egress?: readonly Rule[]
  }
}

export function networkPolicies(manifests: readonly Manifest[]): readonly NetworkPolicy[] {
  return manifests.filter((manifest): manifest is NetworkPolicy => manifest.kind === 'NetworkPolicy')
}

/** A pod of each workload; `name` is the workload's, such as "backend". */
export function endpointsOf(manifests: readonly Manifest[]): readonly Endpoint[] {
  return podTemplates(manifests).map((template) => ({
    name: template.owner.replace(/^[^/]*\//, ''),
    address: '10.244.0.9',
    pod: {
      namespace: template.namespace,
      namespaceLabels: { 'kubernetes.io/metadata.name': template.namespace },
      labels: template.labels,
      ports: portsOf(template),
    },
  }))
}

function portsOf({ spec }: PodTemplate): readonly Port[] {
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ ports }) =>
    (ports ?? []).map(({ name, containerPort, protocol }) => ({
      ...(name === undefined ? {} : { name }),
      number: containerPort,
      protocol: protocol ?? 'TCP',
    })),
  )
}

/** Whether a connection is let out by the policies of the one and in by those of the other. */
export function allows(
  policies: readonly NetworkPolicy[],
  from: Endpoint,
  to: Endpoint,
  port: Port,
): boolean {
  return permits(policies, 'Egress', from, to, port, to) && permits(policies, 'Ingress', to, from, port, to)
}

function permits(
  policies: readonly NetworkPolicy[],
  direction: 'Ingress' | 'Egress',
  subject: Endpoint,
  other: Endpoint,
  port: Port,
  listener: Endpoint,
): boolean {
  const own = policies.filter((policy) => selects(policy, direction, subject))
  if (own.length === 0) return true
  return own.some(({ metadata, spec }) => {
    const rules = (direction === 'Ingress' ? spec.ingress : spec.egress) ?? []
    return rules.some((rule) => {
      const peers = direction === 'Ingress' ? rule.from : rule.to
      return (
        (peers === undefined ||
          peers.length === 0 ||
          peers.some((peer) => matchesPeer(peer, other, metadata.namespace ?? 'default'))) &&
        (rule.ports === undefined ||
          rule.ports.length === 0 ||
          rule.ports.some((allowed) => matchesPort(allowed, port, listener)))
      )
    })
  })
}

function selects(
  { metadata, spec }: NetworkPolicy,
  direction: 'Ingress' | 'Egress',
  { pod }: Endpoint,
): boolean {
  if (pod === undefined || pod.namespace !== (metadata.namespace ?? 'default')) return false
  const types = spec.policyTypes ?? ['Ingress', ...(spec.egress === undefined ? [] : ['Egress' as const])]
  return types.includes(direction) && matches(spec.podSelector, pod.labels)
}

function matchesPeer(peer: Peer, { address, pod }: Endpoint, ownNamespace: string): boolean {
  // Some networks apply address blocks to pods too, so one that holds their addresses counts as open to them.
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock
    return contains(cidr, address) && !except.some((inner) => contains(inner, address))
  }
  if (pod === undefined) return false
  const namespace =
    peer.namespaceSelector === undefined
      ? pod.namespace === ownNamespace
      : matches(peer.namespaceSelector, pod.namespaceLabels)
  return namespace && (peer.podSelector === undefined || matches(peer.podSelector, pod.labels))
}

function matchesPort(
  { port, endPort, protocol = 'TCP' }: PolicyPort,
  asked: Port,
  listener: Endpoint,
): boolean {
  if (protocol !== asked.protocol) return false
  if (port === undefined) return true
  if (typeof port === 'number') return asked.number >= port && asked.number <= (endPort ?? port)
  return (listener.pod?.ports ?? []).some(
    ({ name, number, protocol: own }) => name === port && number === asked.number && own === protocol,
  )
}

function matches({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key]
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value)
        case 'NotIn':
          return value === undefined || !values.includes(value)
        case 'Exists':
          return value !== undefined
        case 'DoesNotExist':
          return value === undefined
        default:
          throw new Error(`unknown operator ${operator satisfies never}`)
      }
    })
  )
}

function contains(cidr: string, address: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/')
  if (isIPv6(network) !== isIPv6(address)) return false
  const list = new BlockList()
  list.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4')
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
