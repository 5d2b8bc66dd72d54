import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { KubernetesApi } from './kubernetes-api.ts'
import type { WatchedObject } from './kubernetes-objects.ts'
import { ObjectWatch } from './object-watch.ts'

/** What a test's API server was asked, and what it is to answer. */
interface TestServer {
  readonly asked: URLSearchParams[]
  /** Answers the next list, or the next watch. */
  list: (response: ServerResponse, query: URLSearchParams) => void
  readonly watches: ServerResponse[]
  readonly kubeconfig: string
}

const object = (name: string, version: number, uid = name): WatchedObject => ({
  metadata: {
    name,
    uid,
    resourceVersion: String(version),
    creationTimestamp: '2026-11-22T10:00:00Z',
  },
})
const listOf = (version: number, items: readonly WatchedObject[], next?: string) =>
  JSON.stringify({ metadata: { resourceVersion: String(version), continue: next }, items })
const event = (type: string, of: unknown) => `${JSON.stringify({ type, object: of })}\n`

describe('a watch', () => {
  const releasers: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const release of releasers.splice(0).toReversed()) await release()
  })

  async function serve(): Promise<TestServer> {
    const watches: ServerResponse[] = []
    const asked: URLSearchParams[] = []
    const server = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://api')
      asked.push(searchParams)
      if (searchParams.has('watch')) {
        watches.push(response)
        response.flushHeaders()
      } else test.list(response, searchParams)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the server has no port')
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-watch-'))
    const kubeconfig = join(folder, 'config')
    const cluster = { server: `http://127.0.0.1:${address.port}`, 'insecure-skip-tls-verify': true }
    const config = {
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'test', user: {} }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      'current-context': 'test',
    }
    await writeFile(kubeconfig, JSON.stringify(config))
    releasers.push(async () => {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    })
    const test: TestServer = {
      asked,
      watches,
      kubeconfig,
      list: (response) => void response.end(listOf(10, [object('a', 5), object('b', 7)])),
    }
    return test
  }

  async function watch(server: TestServer) {
    const told: string[] = []
    const api = new KubernetesApi(server.kubeconfig, () => undefined)
    const watched = new ObjectWatch<WatchedObject>({
      api,
      resource: 'things',
      path: '/things',
      labelSelector: 'x=y',
      onObject: ({ metadata }) => told.push(`${metadata.name}@${metadata.resourceVersion}`),
      onGone: ({ metadata }) => told.push(`${metadata.name} gone`),
      log: pino({ level: 'silent' }),
    })
    releasers.push(async () => {
      await watched.close()
      api.close()
    })
    await watched.start()
    return { watched, told }
  }
  const watches = (server: TestServer, count: number) => expect.poll(() => server.watches.length).toBe(count)

  test('tells of what there is, page by page, and of what changes', async () => {
    const server = await serve()
    server.list = (response, query) =>
      void response.end(
        query.get('continue') === null ? listOf(10, [object('a', 5)], 'more') : listOf(12, [object('b', 7)]),
      )
    const { watched, told } = await watch(server)
    expect(told).toEqual(['a@5', 'b@7'])
    await watches(server, 1)
    server.watches[0]?.write(event('MODIFIED', object('a', 11)) + event('ADDED', object('c', 13)))
    server.watches[0]?.write(event('DELETED', object('b', 14)))
    await expect.poll(() => told).toEqual(['a@5', 'b@7', 'a@11', 'c@13', 'b gone'])
    expect([...watched.values()].map(({ metadata }) => metadata.name)).toEqual(['a', 'c'])
    expect(server.asked.map((query) => query.get('labelSelector'))).toEqual(['x=y', 'x=y', 'x=y'])
    expect(server.asked.at(-1)?.get('resourceVersion')).toBe('10')
  })

  test('goes on where it broke off, or where a bookmark was, without a list', async () => {
    const server = await serve()
    const { told, watched } = await watch(server)
    await watches(server, 1)
    server.watches[0]?.write(event('MODIFIED', object('a', 11)))
    await expect.poll(() => told.at(-1)).toBe('a@11')
    server.watches[0]?.destroy()
    await watches(server, 2)
    server.watches[1]?.end(event('BOOKMARK', { metadata: { resourceVersion: '40' } }))
    await watches(server, 3)
    expect(server.asked.map((query) => query.get('resourceVersion'))).toEqual([null, '10', '11', '40'])
    expect(watched.away()).toBeUndefined()
  })

  test.each([
    ['as an event', (response: ServerResponse) => response.end(event('ERROR', { code: 410 }))],
    ['at the end of what it knew', (response: ServerResponse) => response.destroy()],
  ])('lists anew when the server has forgotten, told %s, and misses nothing', async (_name, forget) => {
    const server = await serve()
    const { told } = await watch(server)
    await watches(server, 1)
    server.list = (response) =>
      void response.end(listOf(90, [object('a', 5), object('c', 80), object('b', 85, 'another b')]))
    forget(server.watches[0] as ServerResponse)
    await watches(server, 2)
    if (told.length === 2) {
      server.watches[1]?.end(event('ERROR', { code: 410, reason: 'Expired' }))
      await watches(server, 3)
    }
    expect(told).toEqual(['a@5', 'b@7', 'c@80', 'b gone', 'b@85'])
    expect(server.asked.at(-1)?.get('resourceVersion')).toBe('90')
  })

  test('says for how long it has heard nothing', async () => {
    const server = await serve()
    let refuse = true
    server.list = (response) => {
      if (refuse) response.writeHead(503).end('starting')
      else response.end(listOf(1, []))
    }
    const starting = watch(server)
    await expect.poll(() => server.asked.length).toBeGreaterThan(2)
    refuse = false
    const { watched } = await starting
    expect(watched.away()).toBeUndefined()
  })

  test('tells of what went while nobody looked', async () => {
    const server = await serve()
    const { told } = await watch(server)
    await watches(server, 1)
    server.list = (response) => void response.end(listOf(50, [object('b', 7)]))
    server.watches[0]?.end(event('ERROR', { code: 410 }))
    await expect.poll(() => told).toEqual(['a@5', 'b@7', 'a gone'])
  })
})
