import type { Seed } from '../../identity/index.ts'

type Role = Seed['organizations'][number]['members'][number]['role']

/** Member organisations, by slug. */
export const members = ['north', 'south', 'west'] as const
export type Member = (typeof members)[number]

/** Credit classes, by code: one that stays good, one that is closed and opened again, and one that has expired. */
export const classes = ['steady', 'shaky', 'stale'] as const
export type ClassCode = (typeof classes)[number]

/**
 * Who is what where. Bea could agree with herself, Ana and Dora could review what they traded, and Rhea could approve
 * what she recommended: her role at the operator changes to and fro.
 */
const people = {
  nora: { north: 'TREASURER' },
  nils: { north: 'ADMINISTRATOR' },
  nick: { north: 'SUBMITTER' },
  sara: { south: 'TREASURER' },
  sven: { south: 'ADMINISTRATOR' },
  wanda: { west: 'TREASURER' },
  will: { west: 'ADMINISTRATOR' },
  bea: { north: 'TREASURER', south: 'TREASURER', west: 'ADMINISTRATOR' },
  ana: { operator: 'ANALYST', north: 'TREASURER' },
  axel: { operator: 'ANALYST' },
  dora: { operator: 'DIRECTOR', south: 'ADMINISTRATOR' },
  dirk: { operator: 'DIRECTOR' },
  olga: { operator: 'ADMINISTRATOR' },
  rhea: { operator: 'ANALYST' },
} as const satisfies Record<string, Partial<Record<Member | 'operator', Role>>>
export type Person = keyof typeof people

export const everyone = Object.keys(people) as Person[]

export const seed: Seed = {
  organizations: (['operator', ...members] as const).map((slug) => ({
    slug,
    displayName: `The ${slug}`,
    kind: slug === 'operator' ? 'OPERATOR' : 'MEMBER',
    members: everyone.flatMap((person) => {
      const role = (people[person] as Partial<Record<string, Role>>)[slug]
      return role === undefined ? [] : [{ email: `${person}@example.org`, role }]
    }),
  })),
}

/** Roles of those whose role changes, where it is not the one they began with. */
export type OperatorRole = 'ANALYST' | 'DIRECTOR'

export function operatorRole(person: Person, rheaIs: OperatorRole): Role | undefined {
  if (person === 'rhea') return rheaIs
  return (people[person] as Partial<Record<string, Role>>)['operator']
}

export function mayTrade(person: Person, organization: Member): boolean {
  const role = (people[person] as Partial<Record<string, Role>>)[organization]
  return role === 'TREASURER' || role === 'ADMINISTRATOR'
}
