import { expect, test } from 'vitest'
import { computeProviders } from './compute-provider.ts'

const A = `0x${'aB'.repeat(20)}`
const B = `0x${'12'.repeat(20)}`

test('providers are read, whatever the case of their addresses', () => {
  expect(computeProviders(` ${A}=observatory:robot@example.org,${B}=lab:x+y@example.org, `)).toEqual([
    { address: A.toLowerCase(), organization: 'observatory', email: 'robot@example.org' },
    { address: B, organization: 'lab', email: 'x+y@example.org' },
  ])
})

test.each(['', ' ', ','])('%j is nobody', (text) => {
  expect(computeProviders(text)).toEqual([])
})

test.each([
  A,
  `${A}=observatory`,
  `${A}=observatory:robot`,
  `${A}=:robot@example.org`,
  `${A.slice(0, -1)}=observatory:robot@example.org`,
  `*=observatory:robot@example.org`,
])('%s is no provider', (text) => {
  expect(() => computeProviders(text)).toThrow('which is not ADDRESS=ORGANIZATION:EMAIL')
})

test('a provider is named once', () => {
  const twice = `${A}=observatory:a@example.org,${A.toLowerCase()}=lab:b@example.org`
  expect(() => computeProviders(twice)).toThrow(`names ${A.toLowerCase()} twice`)
})
