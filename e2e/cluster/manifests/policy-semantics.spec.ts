import { expect, test } from '@playwright/test'
import { allows, type Endpoint, type NetworkPolicy } from './network-policies.ts'

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
const outside = (name: string, address: string): Endpoint => ({ name, address })

test.describe('a network policy', () => {
  const client = pod('client', 'own', { app: 'client' })
  const server: Endpoint = {
    ...pod('server', 'own', { app: 'server' }),
    pod: {
      ...pod('', 'own', { app: 'server' }).pod!,
      ports: [{ name: 'http', number: 8080, protocol: 'TCP' }],
    },
  }
  const policy = (spec: NetworkPolicy['spec']): NetworkPolicy => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'policy', namespace: 'own' },
    spec,
  })
  const toServer = { podSelector: { matchLabels: { app: 'server' } } }
  const fromClient = { podSelector: { matchLabels: { app: 'client' } } }
  const http = { number: 8080, protocol: 'TCP' }
  const onServer = (...ingress: NonNullable<NetworkPolicy['spec']['ingress']>) =>
    policy({ ...toServer, policyTypes: ['Ingress'], ingress })

  const cases: readonly (readonly [
    string,
    readonly NetworkPolicy[],
    Endpoint,
    Endpoint,
    typeof http,
    boolean,
  ])[] = [
    ['without any, all is open', [], client, server, http, true],
    [
      'of another pod changes nothing',
      [policy({ ...fromClient, policyTypes: ['Ingress'] })],
      client,
      server,
      http,
      true,
    ],
    [
      'of another namespace changes nothing',
      [{ ...onServer(), metadata: { name: 'p', namespace: 'x' } }],
      client,
      server,
      http,
      true,
    ],
    ['without rules lets nobody in', [onServer()], client, server, http, false],
    ['with an empty rule lets everybody in', [onServer({})], client, server, http, true],
    ['with a peer lets it in', [onServer({ from: [fromClient] })], client, server, http, true],
    [
      'with a peer lets no other in',
      [onServer({ from: [fromClient] })],
      pod('x', 'own'),
      server,
      http,
      false,
    ],
    [
      'with a peer means that of its own namespace',
      [onServer({ from: [fromClient] })],
      pod('x', 'y', { app: 'client' }),
      server,
      http,
      false,
    ],
    [
      'with a namespace lets its pods in',
      [onServer({ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'y' } } }] })],
      pod('x', 'y'),
      server,
      http,
      true,
    ],
    [
      'with a namespace and a pod asks for both',
      [onServer({ from: [{ namespaceSelector: {}, ...fromClient }] })],
      pod('x', 'y'),
      server,
      http,
      false,
    ],
    ['with a port by number opens it', [onServer({ ports: [{ port: 8080 }] })], client, server, http, true],
    [
      'with a port by name opens what the pod calls so',
      [onServer({ ports: [{ port: 'http' }] })],
      client,
      server,
      http,
      true,
    ],
    [
      'with a port opens no other',
      [onServer({ ports: [{ port: 'http' }] })],
      client,
      server,
      { ...http, number: 8081 },
      false,
    ],
    [
      'with a range of ports opens what is in it',
      [onServer({ ports: [{ port: 8000, endPort: 9000 }] })],
      client,
      server,
      http,
      true,
    ],
    [
      'for UDP opens no TCP',
      [onServer({ ports: [{ port: 8080, protocol: 'UDP' }] })],
      client,
      server,
      http,
      false,
    ],
    ['adds to the others', [onServer(), onServer({ from: [fromClient] })], client, server, http, true],
    [
      'for what goes out holds it back',
      [policy({ ...fromClient, policyTypes: ['Egress'] })],
      client,
      server,
      http,
      false,
    ],
    [
      'for what goes out lets nobody in',
      [policy({ ...fromClient, policyTypes: ['Egress'], egress: [{ to: [toServer] }] }), onServer()],
      client,
      server,
      http,
      false,
    ],
    [
      'with an address block opens it',
      [
        policy({
          ...fromClient,
          policyTypes: ['Egress'],
          egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }],
        }),
      ],
      client,
      outside('x', '192.0.2.7'),
      http,
      true,
    ],
    [
      'with an address block leaves out its exceptions',
      [
        policy({
          ...fromClient,
          policyTypes: ['Egress'],
          egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['192.0.2.0/24'] } }] }],
        }),
      ],
      client,
      outside('x', '192.0.2.7'),
      http,
      false,
    ],
    [
      'by an expression selects what has the label',
      [
        policy({
          podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['server'] }] },
          policyTypes: ['Ingress'],
        }),
      ],
      client,
      server,
      http,
      false,
    ],
    [
      'by an expression leaves what lacks the label',
      [
        policy({
          podSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] },
          policyTypes: ['Ingress'],
        }),
      ],
      client,
      server,
      http,
      true,
    ],
  ]
  for (const [name, policies, from, to, port, expected] of cases)
    test(name, () => expect(allows(policies, from, to, port)).toBe(expected))
})
