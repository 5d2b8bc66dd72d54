import { sqlState } from '../../../database/index.ts'
import type { DomainError } from '../../../errors/domain-error.ts'
import { externalIdTaken, memberIsPerson } from './person-errors.ts'

const UNIQUE_VIOLATION = '23505'
/** By unique constraint. */
const errors: Readonly<Record<string, () => DomainError>> = {
  persons_organization_id_external_id_key: externalIdTaken,
  persons_organization_id_user_id_key: memberIsPerson,
  devices_organization_id_external_id_key: externalIdTaken,
}

/** Runs a statement; what is there already is told as such. */
export async function translated<Result>(statement: () => Promise<Result>): Promise<Result> {
  try {
    return await statement()
  } catch (error) {
    const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : ''
    const meaning = sqlState(error) === UNIQUE_VIOLATION ? errors[constraint] : undefined
    throw meaning === undefined ? error : meaning()
  }
}
