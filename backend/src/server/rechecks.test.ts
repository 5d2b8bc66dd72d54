import { Metadata } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import type { AccessPolicy } from './access-policy.ts'
import type { GrpcEnvironment, GrpcMethod } from './grpc-method.ts'
import { Rechecks } from './rechecks.ts'

const method = {
  path: '/test.Service/Watch',
  policy: { permission: '', scope: 'SELF', resourceField: 'name' } as unknown as AccessPolicy,
} as GrpcMethod
const request = (name: string) => ({ bytes: Buffer.alloc(0), message: { name: `organizations/${name}` } })

function headerOf(token: string): Metadata {
  const metadata = new Metadata()
  metadata.set('authorization', token)
  return metadata
}

test('the same right of many streams is asked for once, and all are told when it is lost', async () => {
  const asked: (string | undefined)[] = []
  let valid = true
  const environment = {
    recheckIntervalMs: 10,
    authenticator: {
      async authenticate(header: string | undefined) {
        asked.push(header)
        if (!valid && header === 'alice') throw new Error('no longer')
        return { caller: { userId: 'u' }, memberships: new Map(), platformPermissions: new Set() }
      },
    },
  } as unknown as GrpcEnvironment
  const rechecks = new Rechecks(environment)
  const told: string[] = []
  const settle = [
    ...Array.from({ length: 100 }, () =>
      rechecks.watch(method, headerOf('alice'), request('lab'), () => told.push('alice')),
    ),
    rechecks.watch(method, headerOf('bob'), request('lab'), () => told.push('bob')),
  ]
  await expect.poll(() => asked.filter((header) => header === 'bob').length).toBeGreaterThan(2)
  expect(asked.filter((header) => header === 'alice').length).toBeLessThan(asked.length)
  expect(asked.length).toBeLessThan(50)
  expect(told).toEqual([])

  valid = false
  await expect.poll(() => told.length).toBeGreaterThanOrEqual(100)
  expect(told).not.toContain('bob')
  for (const end of settle) end()
  asked.length = 0
  const settleCarol = rechecks.watch(method, headerOf('carol'), request('lab'), () => told.push('carol'))
  await expect.poll(() => asked.length).toBeGreaterThan(2)
  expect(new Set(asked)).toEqual(new Set(['carol']))
  settleCarol()
})
