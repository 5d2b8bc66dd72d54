import { utimesSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { inRepository } from './repository.ts'
import { type RunningFairlead, startFairlead } from './start.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

/** `npm run dev`: the same system with hot reload. */
let fairlead: RunningFairlead

beforeAll(async () => {
  fairlead = await startFairlead({ mode: 'dev', env: { FAIRLEAD_DEMO_IMAGES: 'off' } })
})

afterAll(async () => {
  await fairlead.stop()
})

test('pages come from Vite, whose hot-reload socket is routed', async () => {
  const page = await (await fetch(fairlead.url)).text()
  expect(page).toContain('/@vite/client')
  const client = await (await fetch(`${fairlead.url}/@vite/client`)).text()
  const token = /wsToken = "([^"]+)"/.exec(client)?.[1] ?? ''
  const socket = new WebSocket(`${fairlead.url.replace('http', 'ws')}/hmr?token=${token}`, 'vite-hmr')
  const message = await new Promise((resolve, reject) => {
    socket.onmessage = ({ data }) => resolve(JSON.parse(String(data)))
    socket.onerror = () => reject(new Error('the socket failed'))
  })
  socket.close()
  expect(message).toMatchObject({ type: 'connected' })
})

test('a changed source of the backend restarts backend and worker, which is no crash', async () => {
  const before = { backend: fairlead.childPid('backend'), worker: fairlead.childPid('worker') }
  const now = new Date()
  utimesSync(inRepository('backend/src/main.ts'), now, now)
  await fairlead.waitForRestart('backend', before.backend, 60_000)
  await fairlead.waitForRestart('worker', before.worker, 60_000)
  await expect.poll(() => fairlead.output()).toContain('Reloaded backend and worker (backend/src/main.ts)')
  expect(fairlead.run().children['backend']).toMatchObject({ state: 'ready', restarts: 0 })
})
