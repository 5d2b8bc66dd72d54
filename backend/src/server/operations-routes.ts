import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import type { HttpRoute } from './http-route.ts'

const READ = ['GET', 'HEAD'] as const

/** For the operator's tools, not routed from outside: whether the process can work, that it lives, and its figures. */
export function operationsRoutes(registry: Registry, check: () => Promise<void>): HttpRoute[] {
  return [
    {
      methods: READ,
      prefix: '/healthz',
      async handle(_request, response, { log }) {
        try {
          await check()
          send(response, 200, 'text/plain; charset=utf-8', 'ok\n')
        } catch (error) {
          log.debug({ err: error }, 'not ready')
          send(response, 503, 'text/plain; charset=utf-8', 'not ready\n')
        }
      },
    },
    {
      // Says nothing of what is around: a database that is away is no reason to start a process anew.
      methods: READ,
      prefix: '/livez',
      handle: async (_request, response) => send(response, 200, 'text/plain; charset=utf-8', 'ok\n'),
    },
    {
      methods: READ,
      prefix: '/metrics',
      async handle(_request, response) {
        send(response, 200, registry.contentType, await registry.metrics())
      },
    },
  ]
}

/** The API's OpenAPI document, generated from the contracts; `complete` adds what only the running system knows. */
export function openApiRoute(complete: (document: object) => object = (document) => document): HttpRoute {
  const generated = readFileSync(new URL(import.meta.resolve('@fairlead/proto/openapi')), 'utf8')
  const document = JSON.stringify(complete(JSON.parse(generated) as object))
  return {
    methods: READ,
    prefix: '/api/v1/openapi.json',
    async handle(_request, response) {
      response.setHeader('cache-control', 'no-cache')
      send(response, 200, 'application/json', document)
    },
  }
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}
