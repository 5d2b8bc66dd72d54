import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPagesServer } from './server.ts'
import { readSettings } from './settings.ts'

const env = {
  FAIRLEAD_FRONTEND_ADDRESS: '127.0.0.1:0',
  FAIRLEAD_OIDC_ISSUER: 'http://localhost:10000/auth',
  FAIRLEAD_DEVELOPMENT: 'true',
  FAIRLEAD_BACKEND_ADDRESS: '127.0.0.1:10001',
  FAIRLEAD_PUBLIC_URL: 'http://localhost:10000',
  FAIRLEAD_PUSH_DATABASE_URL: 'postgres://push:secret@127.0.0.1/fairlead',
  FAIRLEAD_DEMO_ACCOUNTS: JSON.stringify([
    { username: 'alice', displayName: 'Alice', organization: 'Survey', role: 'submitter' },
  ]),
}

let folder: string
let healthy = true
let server: FastifyInstance

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-pages-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Fairlead</title>')
  await writeFile(join(folder, 'assets', 'app-1a2b.js'), 'export {}')
  await writeFile(join(folder, 'assets', 'app-1a2b.js.br'), 'brotli')
  await writeFile(join(folder, 'favicon.svg'), '<svg/>')
  server = await createPagesServer(readSettings(env), pino({ level: 'silent' }), () => healthy, folder)
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const html = { accept: 'text/html,application/xhtml+xml' }

describe('the pages’ server', () => {
  test.each(['/', '/o/survey/jobs', '/o/survey/datasets/tile.v1.fits', '/signed-in?code=1'])(
    'answers the navigation to %s with the app, to be asked for each time',
    async (url) => {
      const response = await server.inject({ url, headers: html })
      expect(response.statusCode).toBe(200)
      expect(response.body).toContain('<title>Fairlead')
      expect(response.headers['cache-control']).toBe('no-cache')
    },
  )

  test('lets browsers keep hashed files for ever and others for no time', async () => {
    const asset = await server.inject({ url: '/assets/app-1a2b.js' })
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(asset.headers['content-type']).toContain('javascript')
    const icon = await server.inject({ url: '/favicon.svg' })
    expect(icon.headers['cache-control']).toBe('no-cache')
  })

  test('serves the Brotli copy to browsers that take it, as what it is', async () => {
    const url = '/assets/app-1a2b.js'
    const small = await server.inject({ url, headers: { 'accept-encoding': 'gzip, deflate, br' } })
    expect(small.body).toBe('brotli')
    expect(small.headers).toMatchObject({
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect(small.headers['content-type']).toContain('javascript')
    expect((await server.inject({ url })).body).toBe('export {}')
  })

  test.each([
    ['/assets/gone-9f9f.js', html],
    ['/missing.png', { accept: 'image/png' }],
    ['/api', {}],
    ['/assets/../../package.json', {}],
  ])('answers %s, which is no page, with 404', async (url, headers) => {
    const response = await server.inject({ url, headers })
    expect(response.statusCode).toBe(404)
    expect(response.body).not.toContain('<')
  })

  test('answers only GET and HEAD with the app', async () => {
    expect((await server.inject({ method: 'POST', url: '/', headers: html })).statusCode).toBe(404)
    expect((await server.inject({ method: 'HEAD', url: '/' })).statusCode).toBe(200)
  })

  test('tells the app how to sign in', async () => {
    const response = await server.inject({ url: '/config.json' })
    expect(response.json()).toEqual({
      issuer: 'http://localhost:10000/auth',
      clientId: 'fairlead-web',
      scopes: 'openid profile email',
      development: true,
      demoAccounts: [{ username: 'alice', displayName: 'Alice', organization: 'Survey', role: 'submitter' }],
    })
  })

  test('says in the line of a failure which request and which trace it was, and nothing of its query', async () => {
    const lines: string[] = []
    const traced = {
      ...env,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_TRACES_SAMPLER_ARG: '0.5',
    }
    const log = pino({ name: 'frontend' }, { write: (line: string) => lines.push(line) })
    const failing = await createPagesServer(readSettings(traced), log, undefined, folder)
    failing.get('/fails', () => Promise.reject(new Error('no')))
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const headers = { 'x-request-id': 'r-1', traceparent: `00-${traceId}-00f067aa0ba902b7-01` }
    expect((await failing.inject({ url: '/fails?code=s3cret', headers })).statusCode).toBe(500)
    expect((await failing.inject({ url: '/config.json' })).json()).toMatchObject({ tracesRatio: 0.5 })
    await failing.close()
    expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
      level: 50,
      name: 'frontend',
      requestId: 'r-1',
      traceId,
    })
    expect(lines.join('')).not.toContain('s3cret')
  })

  test('is healthy until it stops', async () => {
    expect((await server.inject({ url: '/healthz' })).statusCode).toBe(200)
    healthy = false
    expect((await server.inject({ url: '/healthz' })).statusCode).toBe(503)
    healthy = true
  })

  test('says what to do when the app was not built', async () => {
    await expect(
      createPagesServer(readSettings(env), pino({ level: 'silent' }), undefined, join(folder, 'none')),
    ).rejects.toThrow('npm run build')
  })
})

describe('settings', () => {
  test('demo accounts are shown in development only', () => {
    expect(readSettings({ ...env, FAIRLEAD_DEVELOPMENT: 'false' }).demoAccounts).toEqual([])
  })

  test.each([
    [{ FAIRLEAD_FRONTEND_ADDRESS: 'nowhere' }, 'FAIRLEAD_FRONTEND_ADDRESS'],
    [{ FAIRLEAD_OIDC_ISSUER: undefined }, 'FAIRLEAD_OIDC_ISSUER'],
    [{ FAIRLEAD_DEMO_ACCOUNTS: '{' }, 'FAIRLEAD_DEMO_ACCOUNTS'],
    [{ FAIRLEAD_FRONTEND_MODE: 'fast' }, 'FAIRLEAD_FRONTEND_MODE'],
    [{ FAIRLEAD_BACKEND_ADDRESS: undefined }, 'FAIRLEAD_BACKEND_ADDRESS'],
    [{ FAIRLEAD_PUBLIC_URL: 'localhost' }, 'FAIRLEAD_PUBLIC_URL'],
    [{ FAIRLEAD_PUSH_DATABASE_URL: '' }, 'FAIRLEAD_PUSH_DATABASE_URL'],
    [{ FAIRLEAD_PUSH_DATABASE_URL: '' }, 'AMQP_URL'],
    [{ AMQP_URL: 'http://localhost' }, 'AMQP_URL'],
    [{ AMQP_NAMESPACE: 'Fair lead' }, 'AMQP_NAMESPACE'],
    [{ AMQP_URL: 'amqp://localhost', AMQP_KEY_FILE: '/key.pem' }, 'AMQP_CERTIFICATE_FILE'],
    [{ FAIRLEAD_SOCKETS_PER_USER: '0' }, 'FAIRLEAD_SOCKETS_PER_USER'],
    [{ FAIRLEAD_FRONTEND_SOCKETS: 'many' }, 'FAIRLEAD_FRONTEND_SOCKETS'],
    [{ FAIRLEAD_FRONTEND_METRICS_ADDRESS: 'x' }, 'FAIRLEAD_FRONTEND_METRICS_ADDRESS'],
  ])('%o is refused by name', (wrong, name) => {
    expect(() => readSettings({ ...env, ...wrong })).toThrow(name)
  })

  test('pushes come by RabbitMQ when it is there, else by PostgreSQL', () => {
    expect(readSettings(env).sockets.push).toEqual({
      kind: 'postgres',
      databaseUrl: 'postgres://push:secret@127.0.0.1/fairlead',
    })
    const tls = { AMQP_CA_FILE: '/ca.pem', AMQP_CERTIFICATE_FILE: '/own.pem', AMQP_KEY_FILE: '/key.pem' }
    expect(readSettings({ ...env, ...tls, AMQP_URL: 'amqps://broker' }).sockets.push).toEqual({
      kind: 'amqp',
      server: {
        url: 'amqps://broker',
        caFile: '/ca.pem',
        client: { certificateFile: '/own.pem', keyFile: '/key.pem' },
      },
      namespace: 'fairlead',
    })
    const shared = { AMQP_URL: 'amqp://broker', AMQP_NAMESPACE: 'fairlead-1a2b' }
    expect(readSettings({ ...env, ...shared }).sockets.push).toMatchObject({ namespace: 'fairlead-1a2b' })
  })

  test('a wrong address says nothing of the password in it', () => {
    const read = () => readSettings({ ...env, AMQP_URL: 'https://user:verysecret@broker' })
    expect(read).toThrow('AMQP_URL')
    expect(read).not.toThrow('verysecret')
  })
})
