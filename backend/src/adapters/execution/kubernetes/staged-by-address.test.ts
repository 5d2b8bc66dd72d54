import { expect, test } from 'vitest'
import type { ContainerOrder } from '../../../ports/containers.ts'
import { stagedByAddress } from './staged-by-address.ts'

test.each([
  ['a name', 'http://localhost:10006', /^http:\/\/(127\.0\.0\.1|\[::1\]):10006$/],
  ['an address', 'http://198.18.0.1:10006', /^http:\/\/198\.18\.0\.1:10006$/],
  ['an address of IPv6', 'http://[::1]:10006', /^http:\/\/\[::1\]:10006$/],
  ['a name that is not known', 'http://nowhere.invalid:10006', /^http:\/\/nowhere\.invalid:10006$/],
  ['a name that a certificate is for', 'https://localhost:10006', /^https:\/\/localhost:10006$/],
])('pods are told %s as they can use it without DNS', async (_, url, expected) => {
  const order = { staging: { url, token: 'secret' } } as ContainerOrder
  expect((await stagedByAddress(order)).staging).toEqual({
    url: expect.stringMatching(expected),
    token: 'secret',
  })
})
