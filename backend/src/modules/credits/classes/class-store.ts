import type { EntityManager } from 'typeorm'
import { rows } from '../sql.ts'

export interface NewCreditClass {
  /** UUIDv7. */
  readonly id: string
  readonly code: string
  readonly displayName: string
  readonly unit: string
  readonly decimals: number
  /** In UTC; undefined for always. */
  readonly validityYear: number | undefined
  readonly description: string
}

export interface CreditClassChange {
  readonly displayName?: string
  readonly description?: string
  readonly state?: 'ACTIVE' | 'CLOSED'
}

/** Also keeps classes from being made by anyone else until the transaction ends. */
export async function countClasses(manager: EntityManager): Promise<number> {
  await manager.query('lock table credit_classes in share row exclusive mode')
  const [row] = await rows<{ count: number }>(
    manager,
    'select count(*)::integer as count from credit_classes',
    [],
  )
  return row?.count ?? 0
}

/** False when the code is taken. */
export async function insertClass(manager: EntityManager, created: NewCreditClass): Promise<boolean> {
  const { id, code, displayName, unit, decimals, validityYear, description } = created
  const inserted = await rows(
    manager,
    `insert into credit_classes (id, code, display_name, unit, decimals, validity_year, expire_time, description)
     values ($1, $2, $3, $4, $5, $6::integer, make_timestamptz($6::integer + 1, 1, 1, 0, 0, 0, 'UTC'), $7)
     on conflict (code) do nothing returning id`,
    [id, code, displayName, unit, decimals, validityYear ?? null, description],
  )
  return inserted.length > 0
}

/** False when there is no such class. */
export async function updateClass(
  manager: EntityManager,
  code: string,
  { displayName, description, state }: CreditClassChange,
): Promise<boolean> {
  const updated = await rows(
    manager,
    `update credit_classes set display_name = coalesce($2, display_name),
       description = coalesce($3, description), state = coalesce($4, state)
     where code = $1 returning id`,
    [code, displayName ?? null, description ?? null, state ?? null],
  )
  return updated.length > 0
}
