import { expect, test } from 'vitest'
import { DomainError } from '../errors/domain-error.ts'
import { pageScope, pageTokens } from './page-token.ts'

const tokens = pageTokens(Buffer.alloc(32, 1))
const scope = pageScope('ListJobs', { parent: 'organizations/a', owner: '' })
const token = tokens.encode(scope, ['2025-01-01 00:00:00.123456+00', 'id'])

test('a token gives back its position in its own query', () => {
  expect(tokens.decode(scope, token)).toEqual(['2025-01-01 00:00:00.123456+00', 'id'])
  expect(tokens.decode(scope, '')).toBeUndefined()
})

test('the order in which a query is written down does not matter', () => {
  expect(pageScope('ListJobs', { owner: '', parent: 'organizations/a' })).toBe(scope)
})

const last = token.at(-3) === 'A' ? 'B' : 'A'
test.each([
  ['from another method', pageScope('ListMembers', { parent: 'organizations/a', owner: '' }), token],
  ['from another parent', pageScope('ListJobs', { parent: 'organizations/b', owner: '' }), token],
  ['edited', scope, `${token.slice(0, -3)}${last}${token.slice(-2)}`],
  ['cut short', scope, token.slice(0, 10)],
  ['of another key', scope, pageTokens(Buffer.alloc(32, 2)).encode(scope, ['x'])],
  ['with other characters', scope, `${token}=`],
  ['that is no token', scope, 'next'],
])('a token %s is refused and named', (_case, otherScope, otherToken) => {
  let error: unknown
  try {
    tokens.decode(otherScope, otherToken)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(DomainError)
  expect(error).toMatchObject({
    code: 'INVALID_ARGUMENT',
    reason: 'PAGE_TOKEN_INVALID',
    violations: [{ field: 'page_token' }],
  })
})
