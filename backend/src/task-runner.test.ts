import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('what tasks run needs neither the database’s client nor anything of servers', async () => {
  const services = new URL('./job-services.ts', import.meta.url)
  const code = `
    const { createRequire } = await import('node:module')
    const { jobServices } = await import('${services}')
    for (const service of jobServices) {
      await service.loadRun?.()
      await service.loadCollect?.()
    }
    // What is published as CommonJS, as they are, stands here however it was imported.
    const loaded = Object.keys(createRequire('${services}').cache)
    console.log(JSON.stringify({ services: jobServices.length, loaded }))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    env: {},
  })
  const { services: count, loaded } = JSON.parse(stdout)
  expect(count).toBeGreaterThanOrEqual(4)
  const unwanted = /node_modules\/(typeorm|pg|@grpc|graphile-worker|amqplib)\//
  expect(loaded.filter((path: string) => unwanted.test(path))).toEqual([])
})
