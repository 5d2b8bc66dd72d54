import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestIssuer, type TestIssuer } from '../../../testing/issuer.ts'
import { type AwaitedIssuer, awaitIssuer } from './await-issuer.ts'

let issuer: TestIssuer
let awaited: AwaitedIssuer | undefined
let lines: { level: number; msg: string }[]

beforeEach(async () => {
  issuer = await startTestIssuer()
  lines = []
})
afterEach(async () => {
  awaited?.stop()
  await issuer.stop()
})

function begin(oidc: Partial<TestIssuer['oidc']> = {}): AwaitedIssuer {
  const output = new PassThrough()
  output.on('data', (line) => lines.push(JSON.parse(String(line))))
  awaited = awaitIssuer({ ...issuer.oidc, ...oidc }, pino(output))
  return awaited
}

test('an issuer that answers is reached, without a word', async () => {
  const { reached, wasReached } = begin()
  await reached
  expect(wasReached()).toBe(true)
  expect(lines).toEqual([])
})

test('one that is away is told once, with what to set, and reached when it comes', async () => {
  issuer.failing = true
  const { reached, wasReached } = begin()
  await expect.poll(() => lines.length).toBe(1)
  expect(wasReached()).toBe(false)
  expect(lines[0]!.msg).toBe(
    `not ready, as no token can be checked: ${issuer.oidc.discoveryUrl} answered 503. Start the issuer, or correct FAIRLEAD_OIDC_ISSUER (${issuer.oidc.issuer}) and FAIRLEAD_OIDC_DISCOVERY_URL (${issuer.oidc.discoveryUrl}).`,
  )
  issuer.failing = false
  await reached
  expect(lines.map(({ msg }) => msg).slice(1)).toEqual(['the issuer is reached'])
})

test('a name that does not exist is told as that', async () => {
  begin({ discoveryUrl: 'http://issuer.invalid/.well-known/openid-configuration' })
  await expect.poll(() => lines.length).toBe(1)
  expect(lines[0]!.msg).toMatch(/: fetch failed: getaddrinfo \w+ issuer\.invalid\. Start the issuer/)
})

test('one that speaks for another is told as that', async () => {
  begin({ issuer: 'https://other.example.org' })
  await expect.poll(() => lines.length).toBe(1)
  expect(lines[0]!.msg).toContain(
    `speaks for ${issuer.oidc.issuer}, not for FAIRLEAD_OIDC_ISSUER https://other.example.org`,
  )
})
