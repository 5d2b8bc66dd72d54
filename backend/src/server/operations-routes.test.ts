import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpServer, type HttpServer } from './http-server.ts'
import { operationsRoutes } from './operations-routes.ts'

let server: HttpServer
let address: string
let problem: Error | undefined

beforeAll(async () => {
  const check = async () => {
    if (problem !== undefined) throw problem
  }
  server = createHttpServer(operationsRoutes(new Registry(), check), pino({ level: 'silent' }))
  address = `http://127.0.0.1:${await server.start({ host: '127.0.0.1', port: 0 })}`
})
afterAll(() => server.stop())

test.each([
  ['/healthz', undefined, 200],
  ['/healthz', new Error('the database is away'), 503],
  ['/livez', undefined, 200],
  ['/livez', new Error('the database is away'), 200],
])('%s while the problem is %s: %i', async (path, given, status) => {
  problem = given
  expect((await fetch(address + path)).status).toBe(status)
})
