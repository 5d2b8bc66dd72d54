import { type Database, rows } from '../sql.ts'

export interface CreditClassRecord {
  readonly id: string
  /** "compute-2026"; never changes. */
  readonly code: string
  readonly displayName: string
  /** What one credit is of: "credit", "GPU hour". */
  readonly unit: string
  /** Of an amount when it is shown: 2 shows 12345 as 123.45. */
  readonly decimals: number
  /** In UTC; undefined for always. */
  readonly validityYear: number | undefined
  /** End of its validity; undefined for always. */
  readonly expireTime: Date | undefined
  /** By the clock of the database. */
  readonly expired: boolean
  /** CLOSED: nothing new is issued, held or transferred in it. */
  readonly state: 'ACTIVE' | 'CLOSED'
  readonly description: string
  readonly createTime: Date
}

interface ClassRow {
  id: string
  code: string
  display_name: string
  unit: string
  decimals: number
  validity_year: number | null
  expire_time: Date | null
  expired: boolean
  state: 'ACTIVE' | 'CLOSED'
  description: string
  create_time: Date
}

/** Of a CreditClassRecord, for `classOf`. */
const columns = `id, code, display_name, unit, decimals, validity_year, expire_time,
  coalesce(expire_time <= now(), false) as expired, state, description, create_time`

/** Those that are good first, then by code. */
export async function listClasses(database: Database): Promise<CreditClassRecord[]> {
  const found = await rows<ClassRow>(
    database,
    `select ${columns} from credit_classes
     order by state <> 'ACTIVE' or coalesce(expire_time <= now(), false), code`,
    [],
  )
  return found.map(classOf)
}

export async function classByCode(database: Database, code: string): Promise<CreditClassRecord | undefined> {
  const found = await rows<ClassRow>(database, `select ${columns} from credit_classes where code = $1`, [
    code,
  ])
  return found.map(classOf)[0]
}

export async function classById(database: Database, id: string): Promise<CreditClassRecord | undefined> {
  const found = await rows<ClassRow>(database, `select ${columns} from credit_classes where id = $1`, [id])
  return found.map(classOf)[0]
}

function classOf(row: ClassRow): CreditClassRecord {
  return {
    id: row.id,
    code: row.code,
    displayName: row.display_name,
    unit: row.unit,
    decimals: row.decimals,
    validityYear: row.validity_year ?? undefined,
    expireTime: row.expire_time ?? undefined,
    expired: row.expired,
    state: row.state,
    description: row.description,
    createTime: row.create_time,
  }
}
