import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Organization } from './identity-rows.ts'
import { rolesIn, slugsIn } from './issuer-groups.ts'

const organization = (slug: string, kind: Organization['kind']): Organization => ({
  id: slug,
  slug,
  displayName: slug,
  kind,
  createTime: new Date(0),
})
const organizations = [organization('operator', 'OPERATOR'), organization('lab', 'MEMBER')]

test.each([
  [['/lab/submitter'], { lab: 'SUBMITTER' }],
  [['lab/submitter'], { lab: 'SUBMITTER' }],
  [['/lab/Submitter', '/operator/analyst'], { lab: 'SUBMITTER', operator: 'ANALYST' }],
  [['/lab/member', '/lab/administrator', '/lab/treasurer'], { lab: 'ADMINISTRATOR' }],
  [['/lab/treasurer', '/lab/submitter'], { lab: 'SUBMITTER' }],
  [['/operator/analyst', '/operator/director'], { operator: 'DIRECTOR' }],
  [[], {}],
])('%j gives the roles %j', (groups, roles) => {
  expect(rolesIn(groups, organizations)).toEqual({ roles: new Map(Object.entries(roles)), unknown: [] })
})

test.each([
  '/lab',
  'lab',
  '/lab/submitter/night',
  '/lab/analyst',
  '/operator/submitter',
  '/other/member',
  '',
  '/',
])('%j gives no role and is told as unknown', (group) => {
  expect(rolesIn([group], organizations)).toEqual({ roles: new Map(), unknown: [group] })
})

test('organisations are asked for once, by what may be their names', () => {
  expect(
    slugsIn(['/lab/member', '/lab/submitter', 'staff', `/${randomUUID()}/x/y`, '/operator/analyst']),
  ).toEqual(['lab', 'operator'])
})
